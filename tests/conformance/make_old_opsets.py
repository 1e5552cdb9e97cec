#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes old_opsets/: cases for each older form of an operator, in the layout of ONNX's backend suite. The expected
values are numpy's. make_old_opsets.py FOLDER; needs the packages numpy and onnx."""
import os
import sys

import numpy as np
from onnx import helper as h, numpy_helper as nh
import onnx

root = sys.argv[1]
r=np.random.default_rng(0);x=r.standard_normal((2,3,4,4)).astype(np.float32);m=r.standard_normal((2,3)).astype(np.float32)
f=np.float32
sm=lambda a:np.exp(a-a.max(-1,keepdims=True))/np.exp(a-a.max(-1,keepdims=True)).sum(-1,keepdims=True)
s2=sm(x.reshape(2,-1)).reshape(x.shape)
b=np.array([1,2,3],f).reshape(1,3,1,1);B=b.ravel()
sig=lambda a:1/(1+np.exp(-a))
xs=r.standard_normal((3,2,3)).astype(f);W=r.standard_normal((1,8,3)).astype(f);R=r.standard_normal((1,8,2)).astype(f)/2
Bi=r.standard_normal((1,16)).astype(f);h0=r.standard_normal((1,2,2)).astype(f);c0=r.standard_normal((1,2,2)).astype(f);P=r.standard_normal((1,6)).astype(f)
def recur(step,state):
    """Y [sequence, 1, batch, hidden] and the last state of a layer whose step gives (hidden, ...)."""
    ys=[]
    for s in xs:
        state=step(s,*state);ys.append(state[0])
    return [np.stack(ys)[:,None]]+[s[None] for s in state]
def gates(n,k):
    """Gate k of n: what it makes of the input, and of the state, with biases."""
    w,q,bw,bq=[a.reshape(-1,2,*a.shape[1:])[k] for a in (W[0],R[0],Bi[0][:2*n],Bi[0][2*n:4*n])]
    return (lambda s:s@w.T+bw),(lambda h:h@q.T+bq)
def rnn():
    i,o=gates(1,0)
    return recur(lambda s,h:(np.tanh(i(s)+o(h)),),[h0[0]])
def gru(linear):
    (zi,zo),(ri,ro),(hi,ho)=[gates(3,k) for k in range(3)]
    def step(s,h):
        z=sig(zi(s)+zo(h));q=sig(ri(s)+ro(h))
        return ((1-z)*np.tanh(hi(s)+(q*ho(h) if linear else ho(q*h)))+z*h,)
    return recur(step,[h0[0]])
def lstm(p):
    (ii,io),(oi,oo),(fi,fo),(ci,co)=[gates(4,k) for k in range(4)]
    def step(s,h,c):
        n=sig(fi(s)+fo(h)+p[4:]*c)*c+sig(ii(s)+io(h)+p[:2]*c)*np.tanh(ci(s)+co(h))
        return sig(oi(s)+oo(h)+p[2:4]*n)*np.tanh(n),n
    return recur(step,[h0[0],c0[0]])
def layer(n): return [xs,W[:,:2*n],R[:,:2*n],Bi[:,:4*n]]
def linear(a,axis,n,place):
    """Linear interpolation of one axis to n places; place(i) is in pixels."""
    at=np.clip([place(i) for i in range(n)],0,a.shape[axis]-1);lo=np.floor(at).astype(int);hi=np.minimum(lo+1,a.shape[axis]-1)
    w=(at-lo).reshape([-1 if d==axis else 1 for d in range(a.ndim)])
    return np.take(a,lo,axis)*(1-w)+np.take(a,hi,axis)*w
def both(n,place): return linear(linear(x,2,n,place),3,n,place)
vf=lambda n:h.make_tensor_value_info(n,1,[3])
total=h.make_graph([h.make_node('Add',['s','e'],['t']),h.make_node('Identity',['t'],['o'])],'total',[vf('s'),vf('e')],[vf('t'),vf('o')])
run=r.standard_normal((2,4,3)).astype(f);s0=r.standard_normal((2,3)).astype(f);sums=s0[:,None]+run.cumsum(1)
ramp=np.arange(36,dtype=f).reshape(1,1,6,6)
grid=np.array([[-1,-1],[1,1],[0,-1],[1/3,1/3]],f).reshape(1,2,2,2)
x4=x[:1]
xg=x.reshape(2,1,3,4,4).repeat(2,1).reshape(2,6,4,4);yg=xg.reshape(2,2,-1)
yg=((yg-yg.mean(2,keepdims=True))/np.sqrt(yg.var(2,keepdims=True)+1e-5)).reshape(2,2,-1)*np.array([2,3]).reshape(1,2,1)+np.array([1,-1]).reshape(1,2,1)
spectrum=lambda a,axis:(lambda c:np.stack([c.real,c.imag],-1))(np.fft.fft(a,axis=axis))
no=np.zeros(0,f)
C = [
   ("Upsample",1,[x],dict(height_scale=2.,width_scale=2.,mode='nearest'),x.repeat(2,2).repeat(2,3)),
   ("Upsample",7,[x],dict(scales=[1.,1.,2.,2.],mode='nearest'),x.repeat(2,2).repeat(2,3)),
   ("Slice",1,[x],dict(starts=[1,-2],ends=[3,100],axes=[1,2]),x[:,1:3,-2:]),
   ("Pad",1,[m],dict(paddings=[1,0,0,2],value=3.),np.pad(m,((1,0),(0,2)),constant_values=3)),
   ("Pad",2,[m],dict(pads=[1,0,0,2],value=3.),np.pad(m,((1,0),(0,2)),constant_values=3)),
   ("Clip",1,[m],dict(min=-.5,max=.5,consumed_inputs=[0]),np.clip(m,-.5,.5).astype(f)),
   ("Clip",6,[m],dict(min=-.5),np.maximum(m,f(-.5))),
   ("Concat",1,[x,x],dict(),np.concatenate([x,x],1)),
   ("Reshape",1,[x],dict(shape=[0,-1]),x.reshape(2,-1)),
   ("Cast",1,[m],dict(to='INT64'),m.astype(np.int64)),
   ("Cast",6,[m],dict(to=7),m.astype(np.int64)),
   ("Softmax",1,[x],dict(),s2),
   ("Softmax",11,[x],dict(axis=-1),sm(x)),
   ("LogSoftmax",1,[x],dict(),np.log(s2)),
   ("Hardmax",1,[x],dict(),(x.reshape(2,-1)==x.reshape(2,-1).max(1,keepdims=True)).astype(f).reshape(x.shape)),
   ("Add",1,[x,B],dict(broadcast=1,axis=1),x+b),
   ("Sub",6,[x,B],dict(broadcast=1,axis=1),x-b),
   ("Div",1,[x,x[0,0]],dict(broadcast=1),x/x[0,0]),
   ("Greater",1,[x,B],dict(broadcast=1,axis=1),x>b),
   ("Equal",1,[x.astype(np.int32),B.astype(np.int32)],dict(broadcast=1,axis=1),x.astype(np.int32)==b),
   ("And",1,[x>0,B>2],dict(broadcast=1,axis=1),(x>0)&(b>2)),
   ("Pow",1,[abs(x),B],dict(broadcast=1,axis=1),abs(x)**b),
   ("PRelu",1,[x,B],dict(),np.where(x<0,x*b,x)),
   ("PRelu",6,[x,B],dict(),np.where(x<0,x*b,x)),
   ("Gemm",1,[m,m.T.copy(),np.array([1,2],f)],dict(broadcast=1,alpha=2.),2*m@m.T+np.array([1,2],f)),
   ("Gemm",6,[m,m,np.array([1,2],f)],dict(broadcast=1,transB=1),m@m.T+np.array([1,2],f)),
   ("BatchNormalization",1,[x,B,B,B,B],dict(is_test=1,spatial=1,consumed_inputs=[0,0,0,1,1],epsilon=0.),(x-b)/np.sqrt(b)*b+b),
   ("BatchNormalization",6,[x,B,B,B,B],dict(is_test=1,epsilon=0.),(x-b)/np.sqrt(b)*b+b),
   ("BatchNormalization",7,[x,B,B,B,B],dict(epsilon=0.),(x-b)/np.sqrt(b)*b+b),
   ("InstanceNormalization",1,[x,B,B],dict(epsilon=1e-5,consumed_inputs=[0]),(x-x.mean((2,3),keepdims=True))/np.sqrt(x.var((2,3),keepdims=True)+1e-5)*b+b),
   ("Dropout",1,[x],dict(is_test=1,ratio=.5),x),
   ("Dropout",6,[x],dict(is_test=1),x),
   ("Dropout",7,[x],dict(ratio=.5),x),
   ("Dropout",10,[x],dict(ratio=.5),x),
   ("Tile",1,[m,np.array([2],f),np.array([1],f)],dict(),np.tile(m,(1,2))),
   ("Squeeze",1,[x[:1]],dict(axes=[0]),x[0]),
   ("Unsqueeze",1,[m],dict(axes=[0]),m[None]),
   ("Unsqueeze",11,[m],dict(axes=[-1]),m[...,None]),
   ("ReduceSum",1,[x],dict(axes=[1],keepdims=0),x.sum(1)),
   ("ReduceMax",11,[x],dict(axes=[-1]),x.max(-1,keepdims=True)),
   ("ReduceL2",13,[x],dict(axes=[2,3]),np.sqrt((x*x).sum((2,3),keepdims=True))),
   ("ReduceLogSumExp",1,[x],dict(keepdims=0),np.log(np.exp(x).sum(dtype=np.float64)).astype(f)),
   ("GlobalLpPool",1,[x],dict(p=2.),np.sqrt((x*x).sum((2,3),keepdims=True))),
   ("GlobalLpPool",2,[x],dict(p=1),abs(x).sum((2,3),keepdims=True)),
   ("LpPool",1,[x],dict(kernel_shape=[4,4],p=2.),np.sqrt((x*x).sum((2,3),keepdims=True))),
   ("LpPool",2,[x],dict(kernel_shape=[4,4]),np.sqrt((x*x).sum((2,3),keepdims=True))),
   ("AveragePool",1,[x],dict(kernel_shape=[4,4]),x.mean((2,3),keepdims=True)),
   ("MaxPool",1,[x],dict(kernel_shape=[4,4]),x.max((2,3),keepdims=True)),
   ("Relu",1,[m],dict(consumed_inputs=[0]),np.maximum(m,0)),
   ("Elu",1,[m],dict(alpha=1.,consumed_inputs=[0]),np.where(m<0,np.expm1(m),m)),
   ("HardSigmoid",1,[m],dict(consumed_inputs=[0]),np.clip(.2*m+.5,0,1)),
   ("Selu",1,[m],dict(consumed_inputs=[0]),np.where(m>0,1.0507*m,1.0507*1.6732*np.expm1(m))),
   ("LeakyRelu",1,[m],dict(consumed_inputs=[0]),np.where(m<0,.01*m,m)),
   ("Sum",1,[m,m],dict(consumed_inputs=[0,0]),m+m),
   ("Mean",1,[m,m],dict(),m),
   ("Max",1,[m,-m],dict(consumed_inputs=[0,0]),abs(m)),
   ("Min",6,[m,-m],dict(),-abs(m)),
   ("Scatter",9,[np.zeros((3,3),f),np.array([[1,0,2]]),np.ones((1,3),f)],dict(axis=0),np.array([[0,1,0],[1,0,0],[0,0,1]],f)),
   ("ArgMax",1,[x],dict(axis=1),x.argmax(1)[:,None]),
   ("Gather",1,[m,np.array([1,0])],dict(axis=1),m[:,[1,0]]),
   ("Flatten",1,[x],dict(),x.reshape(2,-1)),
   ("Flatten",9,[x],dict(axis=2),x.reshape(6,-1)),
   ("ThresholdedRelu",10,[m],dict(alpha=.3),np.where(m>.3,m,0)),
   ("Resize",10,[x,np.array([1,1,2,2],f)],dict(mode='nearest'),x.repeat(2,2).repeat(2,3)),
   ("Transpose",1,[x],dict(perm=[0,2,3,1]),x.transpose(0,2,3,1)),
   ("Mod",10,[m.astype(np.int32),np.full((3,),2,np.int32)],dict(),m.astype(np.int32)%2),
   ("MeanVarianceNormalization",9,[x],dict(),(x-x.mean((0,2,3),keepdims=True))/(x.std((0,2,3),keepdims=True)+1e-9)),
   ("Split",1,[m],dict(axis=1,split=[1,2]),[m[:,:1],m[:,1:]]),
   ("Split",2,[x],dict(axis=2),[x[:,:,:2],x[:,:,2:]]),
   ("Split",11,[x],dict(axis=-1,split=[1,3]),[x[...,:1],x[...,1:]]),
   ("TopK",1,[m],dict(k=1,axis=1),[m.max(1,keepdims=True),m.argmax(1)[:,None]]),
   ("TopK",10,[m,np.array([1])],dict(axis=1),[m.max(1,keepdims=True),m.argmax(1)[:,None]]),
   ("Scan",8,[None,s0,run],dict(body=total,num_scan_inputs=1),[sums[:,-1],sums]),
   ("Scan",8,[None,s0,run],dict(body=total,num_scan_inputs=1,directions=[1]),[s0+run.sum(1),s0[:,None]+run[:,::-1].cumsum(1)]),
   ("RNN",1,layer(1)+[None,h0],dict(hidden_size=2,output_sequence=1),rnn()),
   ("RNN",7,layer(1)+[None,h0],dict(hidden_size=2),rnn()),
   ("GRU",1,layer(3)+[None,h0],dict(hidden_size=2,output_sequence=1,direction='forward'),gru(False)),
   ("GRU",3,layer(3)+[None,h0],dict(hidden_size=2,output_sequence=1,linear_before_reset=1),gru(True)),
   ("GRU",7,layer(3)+[None,h0],dict(hidden_size=2,linear_before_reset=1),gru(True)),
   ("LSTM",1,layer(4)+[None,h0,c0,P],dict(hidden_size=2,output_sequence=1),lstm(P[0])),
   ("LSTM",7,layer(4)+[None,h0,c0],dict(hidden_size=2),lstm(0*P[0])),
   ("GroupNormalization",18,[xg,np.array([2,3],f),np.array([1,-1],f)],dict(num_groups=2),yg.reshape(xg.shape)),
   ("DFT",17,[x[...,:1]],dict(),spectrum(x[...,0],1)),
   ("DFT",17,[x[...,:1]],dict(axis=2,onesided=1),spectrum(x[...,0],2)[:,:,:3]),
   ("GridSample",16,[x4,grid],dict(mode='bilinear',align_corners=1),np.stack([x4[:,:,0,0],x4[:,:,3,3],(x4[:,:,0,1]+x4[:,:,0,2])/2,x4[:,:,2,2]],-1).reshape(1,3,2,2)),
   ("GridSample",16,[x4,grid],dict(mode='bicubic',align_corners=1,padding_mode='border'),np.stack([x4[:,:,0,0],x4[:,:,3,3],x4[:,:,0]@np.array([-3,19,19,-3],f)/32,x4[:,:,2,2]],-1).reshape(1,3,2,2)),
   ("RoiAlign",10,[ramp,np.array([[0,0,4,4]],f),np.array([0])],dict(output_height=2,output_width=2,sampling_ratio=1),ramp[:,:,1:4:2,1:4:2]),
   ("Resize",10,[x,np.array([1,1,1.5,1.5],f)],dict(mode='linear'),both(6,lambda i:i/1.5)),
   ("Resize",11,[x,no,np.array([1,1,2,2],f)],dict(mode='linear'),both(8,lambda i:(i+.5)/2-.5)),
   ("Resize",11,[x,no,no,np.array([2,3,7,7])],dict(mode='linear',coordinate_transformation_mode='align_corners'),both(7,lambda i:i*.5)),
   ("Resize",11,[x,no,np.array([1,1,.5,.5],f)],dict(mode='nearest',nearest_mode='floor',coordinate_transformation_mode='tf_half_pixel_for_nn'),x[:,:,1::2,1::2]),
   ("Resize",13,[x,None,np.array([1,1,.5,.5],f)],dict(mode='nearest',nearest_mode='floor',coordinate_transformation_mode='tf_half_pixel_for_nn'),x[:,:,1::2,1::2]),
   ("Resize",13,[x,None,None,np.array([2,3,8,8])],dict(mode='linear',coordinate_transformation_mode='asymmetric'),both(8,lambda i:i/2)),
   ("CumSum",11,[m,np.array(1,np.int32)],dict(exclusive=1),np.concatenate([0*m[:,:1],m.cumsum(1)[:,:-1]],1)),
   ("CumSum",11,[m,np.array(-2)],dict(reverse=1),m[::-1].cumsum(0)[::-1])]


# Every change of a signature: the operator at the last opset before it (tools/check_upgrades.py looks for them).
def pooled(a, kernel, strides, pads, fold, fill=np.nan):
    """Windows of the last two axes of a padded tensor: fold(windows [..., window])."""
    a = np.pad(a.astype(np.float64), ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(a, kernel, (2, 3))[:, :, ::strides[0], ::strides[1]]
    return fold(windows.reshape(*windows.shape[:4], -1))


def transposed(a, w, stride, cut, add=(0, 0)):
    """Transposed convolution of one group by its definition; cut = (top, left, bottom, right)."""
    n, c, rows, columns = a.shape
    kh, kw = w.shape[2:]
    out = np.zeros((n, w.shape[1], stride * (rows - 1) + kh + add[0], stride * (columns - 1) + kw + add[1]))
    for y in range(rows):
        for z in range(columns):
            out[:, :, y * stride:y * stride + kh, z * stride:z * stride + kw] += np.einsum(
                "nc,cmij->nmij", a[:, :, y, z], w)
    return out[:, :, cut[0]:out.shape[2] - cut[2], cut[1]:out.shape[3] - cut[3]]


def convolved(a, w, strides, pads):
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(a, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3]))), w.shape[2:], (2, 3))
    return np.einsum("nchwij,mcij->nmhw", windows[:, :, ::strides[0], ::strides[1]], w)


def attended(q, k, v, scale, bias=0):
    return sm(np.einsum("bhqd,bhkd->bhqk", q, k) * scale + bias) @ v


def value(name, kind, shape):
    return h.make_tensor_value_info(name, kind, shape)


def tensor(a):
    return nh.from_array(np.asarray(a))


def body(nodes, inputs, outputs, initializers=()):
    return h.make_graph(nodes, "body", inputs, outputs, [nh.from_array(a, n) for n, a in initializers])


F, I, B_ = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64, onnx.TensorProto.BOOL
i32, i64 = np.int32, np.int64
p = abs(m) + f(.5)
largest = np.finfo(f).max
for name, of, expected in [
        ("Abs", m, abs(m)), ("Ceil", m, np.ceil(m)), ("Exp", m, np.exp(m)), ("Floor", m, np.floor(m)),
        ("Log", p, np.log(p)), ("Neg", m, -m), ("Reciprocal", p, 1 / p), ("Sigmoid", m, sig(m)),
        ("Sqrt", p, np.sqrt(p)), ("Tanh", m, np.tanh(m))]:
    C.append((name, 5, [of], dict(consumed_inputs=[0]), expected))
whole = np.array([1, 2, 3, 4], f)
for name, of in [("Add", np.add), ("Sub", np.subtract), ("Mul", np.multiply), ("Div", np.divide)]:
    C += [
        (name, 5, [x, whole], dict(broadcast=1, consumed_inputs=[0, 0]), of(x, whole)),
        (name, 5, [x, B], dict(broadcast=1, axis=1, consumed_inputs=[0, 0]), of(x, b)),
        (name, 6, [x, np.array([1, 2], f)], dict(broadcast=1, axis=0), of(x, np.array([1, 2], f).reshape(2, 1, 1, 1))),
        (name, 6, [x, x[0, :, :, 0] ** 2 + 1], dict(broadcast=1, axis=1), of(x, (x[0, :, :, 0] ** 2 + 1)[..., None])),
        (name, 6, [x, np.array([[2]], f)], dict(broadcast=1), of(x, f(2))),
        (name, 6, [x, np.array(2, f)], dict(broadcast=1, axis=0), of(x, f(2))),
        (name, 6, [m, p], {}, of(m, p)),
    ]
c = np.array([0, 1, 2], f)
for name, of in [("Less", np.less), ("Greater", np.greater), ("Pow", np.power)]:
    one = abs(x) if name == "Pow" else x
    C += [(name, 6, [one, c], dict(broadcast=1, axis=1), of(one, c.reshape(1, 3, 1, 1))),
          (name, 6, [one, whole], dict(broadcast=1), of(one, whole))]
C += [("Equal", 6, [(4 * x).astype(i64), np.array([[0]])], dict(broadcast=1), (4 * x).astype(i64) == 0)]
for name, of in [("And", np.logical_and), ("Or", np.logical_or), ("Xor", np.logical_xor)]:
    C += [(name, 6, [x > 0, c > 1], dict(broadcast=1, axis=1), of(x > 0, (c > 1).reshape(1, 3, 1, 1))),
          (name, 6, [x > 0, whole > 2], dict(broadcast=1), of(x > 0, whole > 2))]
for name, expected in [("Max", abs(m)), ("Min", -abs(m)), ("Mean", 0 * m), ("Sum", 0 * m)]:
    C += [(name, 5, [m, -m], dict(consumed_inputs=[0, 0]), expected), (name, 7, [m, -m], {}, expected),
          (name, 7, [m], {}, m)]
C += [
    ("PRelu", 5, [x, B], dict(consumed_inputs=[0, 0]), np.where(x < 0, x * b, x)),
    ("PRelu", 6, [x, np.array([.5], f)], {}, np.where(x < 0, x * f(.5), x)),
    ("PRelu", 6, [m, np.array([.5, 2, 3], f)], {}, np.where(m < 0, m * np.array([.5, 2, 3], f), m)),
    ("Clip", 5, [np.array([-np.inf, -1, np.inf], f)], {}, np.array([-np.inf, -1, np.inf], f)),
    ("Clip", 5, [m], dict(max=.5), np.minimum(m, f(.5))),
    ("Clip", 10, [np.array([-np.inf, -1, np.inf], f)], {}, np.array([-largest, -1, largest], f)),
    ("Clip", 10, [np.array([-np.inf, -1, np.inf], f)], dict(max=0.), np.array([-largest, -1, 0], f)),
    ("Dropout", 5, [x], dict(is_test=1, ratio=.5, consumed_inputs=[0]), x),
    ("Dropout", 9, [x], dict(ratio=.5), [x, np.ones_like(x)]),
    ("Dropout", 11, [x], dict(ratio=.9), [x, np.ones(x.shape, bool)]),
    # Softmax and its kin worked on a matrix: [product of the dimensions before axis, product of the rest].
    ("Softmax", 10, [x], dict(axis=2), sm(x.reshape(6, -1)).reshape(x.shape)),
    ("Softmax", 12, [x], {}, s2),
    ("Softmax", 12, [x], dict(axis=0), sm(x.reshape(1, -1)).reshape(x.shape)),
    ("Softmax", 12, [x], dict(axis=-2), sm(x.reshape(6, -1)).reshape(x.shape)),
    ("LogSoftmax", 12, [x], {}, np.log(s2)),
    ("LogSoftmax", 12, [x], dict(axis=-3), np.log(s2)),
    ("Hardmax", 12, [x], dict(axis=2), (x.reshape(6, -1) == x.reshape(6, -1).max(1, keepdims=True)).astype(f).reshape(x.shape)),
    ("Hardmax", 12, [x], {}, (x.reshape(2, -1) == x.reshape(2, -1).max(1, keepdims=True)).astype(f).reshape(x.shape)),
    ("Hardmax", 12, [np.zeros((2, 2, 2), f)], {}, np.array([[[1, 0], [0, 0]]] * 2, f)),
]
for name, of in [
        ("ReduceL1", lambda a, **k: abs(a).sum(**k)), ("ReduceL2", lambda a, **k: np.sqrt((a * a).sum(**k))),
        ("ReduceLogSum", lambda a, **k: np.log(a.sum(**k))),
        ("ReduceLogSumExp", lambda a, **k: np.log(np.exp(a).sum(**k))), ("ReduceMax", lambda a, **k: a.max(**k)),
        ("ReduceMean", lambda a, **k: a.mean(**k)), ("ReduceMin", lambda a, **k: a.min(**k)),
        ("ReduceProd", lambda a, **k: a.prod(**k)), ("ReduceSum", lambda a, **k: a.sum(**k)),
        ("ReduceSumSquare", lambda a, **k: (a * a).sum(**k))]:
    q = (abs(x[:, :, :2, 0]) + f(.5)).astype(np.float64)
    last = 12 if name == "ReduceSum" else 17
    C += [(name, 10, [q.astype(f)], dict(axes=[0, 2]), of(q, axis=(0, 2), keepdims=True)),
          (name, last, [q.astype(f)], dict(axes=[-2], keepdims=0), of(q, axis=1)),
          (name, last, [q.astype(f)], {}, of(q, axis=(0, 1, 2), keepdims=True))]
ties = np.array([[1, 3, 3], [2, 0, 0]], f)
C += [
    ("ArgMax", 11, [ties], dict(axis=1, keepdims=0), np.array([1, 0])),
    ("ArgMin", 11, [ties], dict(axis=-1), np.array([[0], [1]])),
    ("ArgMin", 10, [ties], {}, np.array([[0, 1, 1]])),
    ("AveragePool", 6, [x], dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
     pooled(x, (3, 3), (2, 2), [1, 1, 1, 1], lambda w: np.nanmean(w, -1))),
    ("AveragePool", 6, [x], dict(kernel_shape=[2, 2], auto_pad="SAME_UPPER"),
     pooled(x, (2, 2), (1, 1), [0, 0, 1, 1], lambda w: np.nanmean(w, -1))),
    ("AveragePool", 9, [x], dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1),
     pooled(x, (3, 3), (1, 1), [1, 1, 1, 1], lambda w: w.mean(-1), 0)),
    ("AveragePool", 9, [x], dict(kernel_shape=[3, 3], strides=[2, 2]),
     pooled(x, (3, 3), (2, 2), [0] * 4, lambda w: w.mean(-1))),
    ("AveragePool", 18, [x], dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
     pooled(x, (3, 3), (2, 2), [0, 0, 1, 1], lambda w: np.nanmean(w, -1))),
    ("MaxPool", 7, [x], dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
     pooled(x, (3, 3), (2, 2), [1, 1, 1, 1], lambda w: np.nanmax(w, -1))),
    ("MaxPool", 7, [x], dict(kernel_shape=[2, 2], auto_pad="SAME_LOWER"),
     pooled(x, (2, 2), (1, 1), [1, 1, 0, 0], lambda w: np.nanmax(w, -1))),
    ("MaxPool", 9, [ramp], dict(kernel_shape=[2, 3], strides=[2, 3]),
     [ramp[:, :, 1::2, 2::3], ramp[:, :, 1::2, 2::3].astype(i64)]),
    ("MaxPool", 9, [ramp], dict(kernel_shape=[2, 3], strides=[2, 3], storage_order=1),
     [ramp[:, :, 1::2, 2::3], ramp.reshape(6, 6).T.reshape(ramp.shape)[:, :, 1::2, 2::3].astype(i64)]),
    ("LpPool", 1, [x], dict(kernel_shape=[2, 2], p=3., pads=[1, 0, 0, 1], strides=[2, 2]),
     pooled(x, (2, 2), (2, 2), [1, 0, 0, 1], lambda w: (abs(w) ** 3).sum(-1) ** (1 / 3), 0)),
    ("LpPool", 10, [x], dict(kernel_shape=[3, 2], strides=[1, 2], p=1),
     pooled(x, (3, 2), (1, 2), [0] * 4, lambda w: abs(w).sum(-1))),
    ("LpPool", 17, [x], dict(kernel_shape=[3, 3], auto_pad="SAME_UPPER", strides=[2, 2]),
     pooled(x, (3, 3), (2, 2), [0, 0, 1, 1], lambda w: np.sqrt((w * w).sum(-1)), 0)),
    ("GlobalLpPool", 1, [x], {}, np.sqrt((x * x).sum((2, 3), keepdims=True))),
    ("Conv", 10, [x, W[:, :3].reshape(1, 3, 3, 1)], dict(auto_pad="SAME_UPPER", strides=[2, 1]),
     convolved(x, W[:, :3].reshape(1, 3, 3, 1), (2, 1), (0, 0, 1, 0))),
    ("ConvTranspose", 10, [x, W[:, :6].reshape(3, 2, 3, 1)], dict(strides=[2, 2], output_padding=[1, 1]),
     transposed(x, W[:, :6].reshape(3, 2, 3, 1), 2, (0,) * 4, (1, 1))),
    ("ConvTranspose", 10, [x, W[:, :6].reshape(3, 2, 3, 1)], dict(strides=[2, 2], output_shape=[7, 7]),
     transposed(x, W[:, :6].reshape(3, 2, 3, 1), 2, (1, 0, 1, 0))),
    ("BatchNormalization", 5, [x, B, B, B, B], dict(is_test=1, consumed_inputs=[0, 0, 0, 1, 1]),
     (x - b) / np.sqrt(b + 1e-5) * b + b),
    ("BatchNormalization", 6, [x, B, 2 * B, 3 * B, 4 * B], dict(is_test=0, epsilon=.5, momentum=.75),
     [(x - x.mean((0, 2, 3), keepdims=True)) / np.sqrt(x.var((0, 2, 3), keepdims=True) + .5) * b + 2 * b,
      2.25 * B + .25 * x.mean((0, 2, 3)), 3 * B + .25 * x.var((0, 2, 3)), x.mean((0, 2, 3)), x.var((0, 2, 3))]),
    ("BatchNormalization", 8, [x] + [x[0] ** 2 + k for k in range(4)], dict(spatial=0, epsilon=.5),
     (x - x[0] ** 2 - 2) / np.sqrt(x[0] ** 2 + 3.5) * x[0] ** 2 + x[0] ** 2 + 1),
    ("BatchNormalization", 8, [x, B, B, B, B], dict(spatial=1), (x - b) / np.sqrt(b + 1e-5) * b + b),
    ("BatchNormalization", 13, [x, B, 2 * B, 3 * B, 4 * B], {},
     (x - 3 * b) / np.sqrt(4 * b + 1e-5) * b + 2 * b),
    ("BatchNormalization", 13, [x, B, 2 * B, 3 * B, 4 * B], dict(momentum=.5),
     [(x - x.mean((0, 2, 3), keepdims=True)) / np.sqrt(x.var((0, 2, 3), keepdims=True) + 1e-5) * b + 2 * b,
      1.5 * B + .5 * x.mean((0, 2, 3)), 2 * B + .5 * x.var((0, 2, 3)), None, x.var((0, 2, 3))]),
    ("BatchNormalization", 8, [x[:, :, 0, 0], B, 2 * B, 3 * B, 4 * B], dict(momentum=.5),
     [(x - x.mean(0))[:, :, 0, 0] / np.sqrt(x.var(0)[:, 0, 0] + 1e-5) * B + 2 * B,
      None, None, x.mean(0)[:, 0, 0], None]),
    ("MeanVarianceNormalization", 12, [x], dict(axes=[2, 3]),
     (x - x.mean((2, 3), keepdims=True)) / (x.std((2, 3), keepdims=True) + 1e-9)),
    ("LpNormalization", 21, [m], dict(p=1, axis=0), m / abs(m).sum(0, keepdims=True)),
    ("Gemm", 6, [m, m, np.array([[1], [2]], f)], dict(broadcast=1, transB=1, beta=.5), m @ m.T + np.array([[.5], [1]])),
    ("Gemm", 6, [m, m, np.ones((3, 3), f)], dict(transA=1), m.T @ m + 1),
    ("Gemm", 8, [m, m, np.array(3, f)], dict(transB=1), m @ m.T + 3),
    ("Gemm", 10, [m, m, np.array([1, 2, 3], f)], dict(transA=1, alpha=.5), m.T @ m / 2 + np.array([1, 2, 3])),
]
C += [
    ("Erf", 12, [np.array([-30, 0, 30], i32)], {}, np.array([-1, 0, 1], i32)),
    ("ReduceLogSumExp", 27, [np.array([[0], [0]])], dict(keepdims=0), np.array(0)),
    ("ReduceLogSum", 27, [np.array([[1, 0, 0]])], dict(keepdims=0), np.array(0)),
]
numbers = np.array([-1.7, 0, 2.2, 100.5], f)
for name, kind in [("BOOL", bool), ("FLOAT16", np.float16), ("INT32", i32), ("INT8", np.int8),
                   ("INT16", np.int16), ("FLOAT", f)]:
    C.append(("Cast", 5, [numbers], dict(to=name), numbers.astype(kind)))
texts = np.array(["1.5", "-2", "1e3", "-inf", "NaN", "+INF"], object)
words = np.array(["b", "a", "zz"], object)
C += [
    ("Cast", 8, [np.array([True, False])], dict(to=F), np.array([1, 0], f)),
    ("Cast", 12, [texts], dict(to=F), np.array([1.5, -2, 1000, -np.inf, np.nan, np.inf], f)),
    ("Cast", 18, [numbers], dict(to=onnx.TensorProto.INT8), numbers.astype(np.int8)),
    ("Cast", 23, [numbers], dict(to=onnx.TensorProto.FLOAT16), numbers.astype(np.float16)),
    ("CastLike", 18, [numbers, np.array([0])], {}, numbers.astype(i64)),
    ("CastLike", 23, [np.array([0, 3, -1]), np.array(True)], {}, np.array([False, True, True])),
    ("Concat", 3, [m, m], {}, np.concatenate([m, m], 1)),
    ("Concat", 10, [m, m], dict(axis=0), np.concatenate([m, m])),
    ("Constant", 8, [], dict(value=tensor(m)), m),
    ("Constant", 10, [], dict(value=tensor(np.array([1, 2]))), np.array([1, 2])),
    ("Constant", 11, [], dict(value=tensor(np.array(2, f))), np.array(2, f)),
    ("Constant", 11, [], dict(sparse_value=h.make_sparse_tensor(
        nh.from_array(np.array([2, 3], f), "v"), nh.from_array(np.array([1, 3]), "k"), [2, 3])),
     np.array([[0, 2, 0], [3, 0, 0]], f)),
    ("Reshape", 4, [x], dict(shape=[0, 3, -1], consumed_inputs=[0]), x.reshape(2, 3, -1)),
    ("Reshape", 13, [x, np.array([-1, 0, 2])], {}, x.reshape(-1, 3, 2)),
    ("Shape", 14, [x], {}, np.array(x.shape)),
    ("Flatten", 8, [x], dict(axis=3), x.reshape(24, 4)),
    ("Flatten", 10, [x], dict(axis=0), x.reshape(1, -1)),
    ("Flatten", 12, [x], dict(axis=-1), x.reshape(24, 4)),
    ("Squeeze", 10, [x[:1, :, :1]], {}, x[0, :, 0]),
    ("Squeeze", 12, [x[:1, :, :1]], dict(axes=[-2]), x[:1, :, 0]),
    ("Unsqueeze", 10, [m], dict(axes=[0, 3]), m[None, ..., None]),
    ("Unsqueeze", 12, [m], dict(axes=[-1, 1]), m[:, None, :, None]),
    ("Slice", 9, [x], dict(starts=[0, 1], ends=[2 ** 31 - 1, -1]), x[:, 1:-1]),
    ("Slice", 9, [x], dict(starts=[-3], ends=[-1], axes=[3]), x[..., -3:-1]),
    ("Slice", 10, [x, np.array([-1, 0]), np.array([-5, 4]), np.array([3, 2]), np.array([-1, 2])], {}, x[:, :, ::2, ::-1]),
    ("Split", 1, [x, np.array([1, 3], f)], dict(axis=2), [x[:, :, :1], x[:, :, 1:]]),
    ("Split", 1, [x], {}, [x[:1], x[1:]]),
    ("Split", 10, [x], {}, [x[:1], x[1:]]),
    ("Split", 12, [m], dict(axis=1, split=[2, 0, 1]), [m[:, :2], m[:, :0], m[:, 2:]]),
    ("Split", 17, [x], dict(axis=-1), [x[..., :2], x[..., 2:]]),
    ("Split", 17, [x, np.array([3, 1])], dict(axis=3), [x[..., :3], x[..., 3:]]),
    ("Tile", 5, [x, np.array([3], f), np.array([2], f)], {}, np.tile(x, (1, 1, 3, 1))),
    ("Tile", 5, [m, np.array(2, f), np.array(0, f)], {}, np.tile(m, (2, 1))),
    ("TopK", 9, [m], dict(k=2), [-np.sort(-m, 1)[:, :2], np.argsort(-m, 1)[:, :2]]),
    ("TopK", 10, [m, np.array([2])], dict(axis=0), [-np.sort(-m, 0), np.argsort(-m, 0)]),
    ("Pad", 1, [x], dict(paddings=[0, 0, 1, 2, 0, 0, 2, 1], mode="reflect"),
     np.pad(x, ((0, 0), (0, 0), (1, 2), (2, 1)), mode="reflect")),
    ("Pad", 10, [x], dict(pads=[0, 0, 1, 2, 0, 0, 2, 1], mode="edge"),
     np.pad(x, ((0, 0), (0, 0), (1, 2), (2, 1)), mode="edge")),
    ("Pad", 10, [m], dict(pads=[0, -1, 1, 0]), np.pad(m[:, 1:], ((0, 1), (0, 0)))),
    ("Pad", 12, [m, np.array([1, 0, 0, 1]), np.array(-2, f)], {}, np.pad(m, ((1, 0), (0, 1)), constant_values=-2)),
    ("Pad", 17, [m.astype(i64), np.array([0, 2, 0, 0]), np.array(7)], {},
     np.pad(m.astype(i64), ((0, 0), (2, 0)), constant_values=7)),
    ("Upsample", 6, [x], dict(height_scale=2., width_scale=2., mode="bilinear"), both(8, lambda i: i / 2)),
    ("Upsample", 6, [x], dict(height_scale=1.5, width_scale=1.), x.take(np.floor(np.arange(6) / 1.5).astype(int), 2)),
    ("Upsample", 8, [x], dict(scales=[1., 1., 1.5, 2.], mode="linear"),
     linear(linear(x, 2, 6, lambda i: i / 1.5), 3, 8, lambda i: i / 2)),
    ("Upsample", 9, [x, np.array([1, 1, 2, 3], f)], {}, x.repeat(2, 2).repeat(3, 3)),
    ("Upsample", 9, [x, np.array([1, 1, 2, 2], f)], dict(mode="linear"), both(8, lambda i: i / 2)),
    ("DepthToSpace", 10, [xg.reshape(2, 12, 2, 4)], dict(blocksize=2),
     xg.reshape(2, 2, 2, 3, 2, 4).transpose(0, 3, 4, 1, 5, 2).reshape(2, 3, 4, 8)),
    ("SpaceToDepth", 27, [x], dict(blocksize=2),
     x.reshape(2, 3, 2, 2, 2, 2).transpose(0, 3, 5, 1, 2, 4).reshape(2, 12, 2, 2)),
    ("Gather", 10, [x, np.array([[1, 0], [0, 0]])], {}, x[np.array([[1, 0], [0, 0]])]),
    ("GatherND", 11, [x, np.array([[0, 2], [1, 1]])], {}, x[[0, 1], [2, 1]]),
    ("Compress", 10, [m, np.array([False, True, True])], dict(axis=1), m[:, 1:]),
    ("Scatter", 10, [m, np.array([[2], [0]]), np.array([[5], [6]], f)], dict(axis=1),
     np.array([[m[0, 0], m[0, 1], 5], [6, m[1, 1], m[1, 2]]])),
    ("ScatterElements", 15, [m, np.array([[-1], [0]]), np.array([[5], [6]], f)], dict(axis=1),
     np.array([[m[0, 0], m[0, 1], 5], [6, m[1, 1], m[1, 2]]])),
    ("ScatterND", 15, [m, np.array([[1]]), np.array([[7, 8, 9]], f)], {}, np.array([m[0], [7, 8, 9]])),
    ("OneHot", 10, [np.array([2, 0]), np.array(3), np.array([5, 9], f)], dict(axis=0), np.array([[5, 9], [5, 5], [9, 5]], f)),
    ("Mod", 12, [np.array([-5.5, 5.5], f), np.array([3], f)], dict(fmod=1), np.array([-2.5, 2.5], f)),
    ("Mod", 12, [np.array([-5, 5]), np.array([3, -3])], {}, np.array([1, -1])),
    ("Range", 26, [np.array(1, f), np.array(4, f), np.array(1.5, f)], {}, np.array([1, 2.5], f)),
    ("NonMaxSuppression", 10,
     [np.array([[[0, 0, 1, 1], [0, 0, 1, .9], [2, 2, 3, 3]]], f), np.array([[[.8, .9, .1]]], f), np.array([3]),
      np.array([.5], f)], {}, np.array([[0, 0, 1], [0, 0, 2]])),
    ("GridSample", 19, [x4, grid], dict(align_corners=1), np.stack(
        [x4[:, :, 0, 0], x4[:, :, 3, 3], (x4[:, :, 0, 1] + x4[:, :, 0, 2]) / 2, x4[:, :, 2, 2]], -1).reshape(1, 3, 2, 2)),
    ("GridSample", 19, [x4, grid], dict(mode="nearest", align_corners=1), np.stack(
        [x4[:, :, 0, 0], x4[:, :, 3, 3], x4[:, :, 0, 2], x4[:, :, 2, 2]], -1).reshape(1, 3, 2, 2)),
    ("RoiAlign", 15, [ramp, np.array([[0, 0, 4, 4]], f), np.array([0])],
     dict(output_height=1, output_width=1, sampling_ratio=2, spatial_scale=.5, mode="max"),
     # Samples at .5 and 1.5; the largest of the products of a pixel and its weight.
     np.array([[[[.25 * 14]]]], f)),
    ("QuantizeLinear", 12, [numbers, np.array(.5, f), np.array(3, np.int8)], {}, np.array([0, 3, 7, 127], np.int8)),
    ("QuantizeLinear", 18, [np.stack([numbers, numbers], 1), np.array([.5, 1], f)], {},
     np.array([[0, 0], [0, 0], [4, 2], [201, 100]], np.uint8)),
    ("QuantizeLinear", 20, [numbers.reshape(2, 2), np.array([1, 2], f), np.array([5, 6], np.uint8)], dict(axis=0),
     np.array([[3, 5], [7, 56]], np.uint8)),
    ("QuantizeLinear", 22, [numbers.reshape(2, 2), np.array([[1], [2]], f), np.array([[5], [6]], np.uint8)],
     dict(axis=1, block_size=2), np.array([[3, 5], [7, 56]], np.uint8)),
    ("DequantizeLinear", 12, [np.array([0, 255], np.uint8), np.array(.5, f), np.array(128, np.uint8)], {},
     np.array([-64, 63.5], f)),
    ("DequantizeLinear", 18, [np.array([[1, 2], [3, 4]], np.int8), np.array([1, .5], f)], {},
     np.array([[1, 1], [3, 2]], f)),
    ("DequantizeLinear", 20, [np.array([[1, 2], [3, 4]], i32), np.array([1, .5], f)], dict(axis=0),
     np.array([[1, 2], [1.5, 2]], f)),
    ("DequantizeLinear", 22, [np.array([[1, 2], [3, 4]], np.int8), np.array([[1], [.5]], np.float16)],
     dict(axis=1, block_size=2), np.array([[1, 2], [1.5, 2]], np.float16)),
    ("GRU", 1, layer(3) + [None, h0], dict(hidden_size=2, output_sequence=1), gru(False)),
    ("GRU", 6, layer(3) + [None, h0], dict(hidden_size=2, output_sequence=1), gru(False)),
    ("GRU", 13, layer(3) + [None, h0], dict(hidden_size=2), gru(False)),
    ("LSTM", 6, layer(4) + [None, h0, c0], dict(hidden_size=2, output_sequence=1), lstm(0 * P[0])),
    ("LSTM", 13, layer(4) + [None, h0, c0, P], dict(hidden_size=2), lstm(P[0])),
    ("RNN", 6, layer(1) + [None, h0], dict(hidden_size=2, output_sequence=0), [None] + rnn()[1:]),
    ("RNN", 13, layer(1) + [None, h0], dict(hidden_size=2), rnn()),
    ("If", 10, [np.array(False)], dict(
        then_branch=body([h.make_node("Identity", ["c"], ["o"])], [], [value("o", F, [3])], [("c", B)]),
        else_branch=body([h.make_node("Identity", ["c"], ["o"])], [], [value("o", F, [3])], [("c", 2 * B)])), 2 * B),
    ("Loop", 10, [np.array(5), np.array(True), np.array([1], f)], dict(body=body(
        [h.make_node("Add", ["s", "s"], ["t"]), h.make_node("Less", ["t", "c"], ["go"]), h.make_node("Identity", ["t"], ["u"])],
        [value("i", I, []), value("g", B_, []), value("s", F, [1])],
        [value("go", B_, [1]), value("t", F, [1]), value("u", F, [1])], [("c", np.array([8], f))])),
     [np.array([8], f), np.array([[2], [4], [8]], f)]),
    ("Scan", 8, [np.array([4, 2]), s0, run], dict(body=total, num_scan_inputs=1),
     [np.stack([sums[0, 3], sums[1, 1]]), np.stack([sums[0], np.pad(sums[1, :2], ((0, 2), (0, 0)))])]),
    ("Scan", 8, [np.array([1, 3]), s0, run], dict(body=total, num_scan_inputs=1, directions=[1]),
     [np.stack([sums[0, 0], sums[1, 2]]),
      np.stack([np.pad(sums[0, :1], ((0, 3), (0, 0))),
                np.pad(s0[1] + run[1, 2::-1].cumsum(0), ((0, 1), (0, 0)))])]),
    ("Scan", 10, [s0[0], run[0]], dict(body=total, num_scan_inputs=1), [sums[0, -1], sums[0]]),
    ("Scan", 10, [s0[0], run[0].T.copy()], dict(body=total, num_scan_inputs=1, scan_input_axes=[1], scan_output_axes=[1]),
     [sums[0, -1], sums[0].T]),
    ("Attention", 23, [run[:, None], run[:, None, :2], run[:, None, 2:]], {},
     attended(run[:, None], run[:, None, :2], run[:, None, 2:], 3 ** -.5)),
    ("Attention", 24, [run[:, None], run[:, None, :2], run[:, None, 2:], np.array([[0, 1]] * 4, f)], dict(scale=1.),
     attended(run[:, None], run[:, None, :2], run[:, None, 2:], 1, np.array([0, 1]))),
    ("ai.onnx.ml.LabelEncoder", 1, [words], dict(classes_strings=["a", "b"], default_int64=-7), np.array([1, 0, -7])),
    ("ai.onnx.ml.LabelEncoder", 1, [np.array([1, 0, 5])], dict(classes_strings=["a", "b"], default_string="?"),
     np.array(["b", "a", "?"], object)),
    ("ai.onnx.ml.LabelEncoder", 3, [words], dict(keys_strings=["a", "b"], values_floats=[.5, 1.5], default_float=9.),
     np.array([1.5, .5, 9], f)),
]
# x[0] <= 0: leaf 1, else x[1] <= 1: leaf 3, else leaf 4.
rows = np.array([[-1, 5], [1, 0], [1, 2]], f)
tree = dict(nodes_treeids=[0] * 5, nodes_nodeids=list(range(5)), nodes_featureids=[0, 0, 1, 0, 0],
            nodes_modes=["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 3, 0, 0],
            nodes_falsenodeids=[2, 0, 4, 0, 0])
cut = [0., 0., 1., 0., 0.]
targets = dict(target_treeids=[0] * 3, target_nodeids=[1, 3, 4], target_ids=[0, 1, 0], n_targets=2)
classes = dict(class_treeids=[0] * 3, class_nodeids=[1, 3, 4], class_ids=[0, 1, 2], classlabels_int64s=[10, 20, 30])
scores = np.array([[2, 0], [0, 3], [4, 0]], f) + np.array([.5, -.5], f)
votes = np.diag([2, 3, 4]).astype(f)
C += [
    ("ai.onnx.ml.TreeEnsembleRegressor", 2, [rows],
     dict(tree, **targets, nodes_values=cut, target_weights=[2., 3., 4.], base_values=[.5, -.5]), scores),
    ("ai.onnx.ml.TreeEnsembleRegressor", 4, [rows],
     dict(tree, **targets, nodes_values_as_tensor=tensor(np.array(cut, f)),
          target_weights_as_tensor=tensor(np.array([2, 3, 4], f)),
          base_values_as_tensor=tensor(np.array([.5, -.5], f))), scores),
    ("ai.onnx.ml.TreeEnsembleClassifier", 2, [rows], dict(tree, **classes, nodes_values=cut, class_weights=[2., 3., 4.]),
     [np.array([10, 20, 30]), votes]),
    ("ai.onnx.ml.TreeEnsembleClassifier", 4, [rows],
     dict(tree, **classes, nodes_values_as_tensor=tensor(np.array(cut, f)),
          class_weights_as_tensor=tensor(np.array([2, 3, 4], f))), [np.array([10, 20, 30]), votes]),
]


def write(place, name, array):
    with open(f"{place}/{name}.pb", "wb") as file:
        file.write(nh.from_array(np.array(array, order="C")).SerializeToString())


def info(name, array):
    kind = onnx.TensorProto.STRING if array.dtype == object else h.np_dtype_to_tensor_dtype(array.dtype)
    return value(name, kind, array.shape)


# Upgrades ask for ranks and types. Values that nobody declared have neither: some cases again, behind an Identity.
C = [(*case, False) for case in C] + [(*case, True) for case in C if case[0] in ("Add", "Clip", "PRelu", "Softmax", "Split")]
for i, (op, opset, ins, at, w, hidden) in enumerate(C):
    ws = [a if a is None else np.asarray(a) for a in (w if isinstance(w, list) else [w])]
    ws = [a.astype(f) if a is not None and a.dtype == np.float64 else a for a in ws]
    domain, name = op.rpartition(".")[::2]
    place = f"{root}/{i:02d}_{op}_{opset}"
    os.makedirs(place + "/test_data_set_0")
    fed = [a for a in ins if a is not None]
    given = [(f"o{k}", a) for k, a in enumerate(ws) if a is not None]
    count = iter(range(len(fed)))
    first = [h.make_node("Identity", [f"i{k}"], [f"h{k}"]) for k in range(len(fed))] if hidden else []
    node = h.make_node(name, ["" if a is None else f"{'h' if hidden else 'i'}{next(count)}" for a in ins],
                       ["" if a is None else f"o{k}" for k, a in enumerate(ws)], domain=domain or None, **at)
    graph = h.make_graph([*first, node], "g", [info(f"i{k}", a) for k, a in enumerate(fed)], [info(n, a) for n, a in given])
    onnx.save(h.make_model(graph, opset_imports=[h.make_opsetid(domain, opset)], ir_version=8), place + "/model.onnx")
    for k, a in enumerate(fed):
        write(place + "/test_data_set_0", f"input_{k}", a)
    for k, (_, a) in enumerate(given):
        write(place + "/test_data_set_0", f"output_{k}", a)
