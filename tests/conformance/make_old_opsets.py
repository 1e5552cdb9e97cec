#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes old_opsets/: one case for each older form of an operator, in the layout of ONNX's backend suite. The expected
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
for i,(op,v,ins,at,w) in enumerate(C):
    ws=w if isinstance(w,list) else [w]
    ws=[np.asarray(a).astype(f) if np.asarray(a).dtype==np.float64 else np.asarray(a) for a in ws]
    d=f'{root}/{i:02d}_{op}_{v}';os.makedirs(d+'/test_data_set_0')
    fed=[a for a in ins if a is not None];names=iter(f'i{k}' for k in range(len(fed)));names=[next(names) if a is not None else '' for a in ins]
    vi=lambda n,a:h.make_tensor_value_info(n,h.np_dtype_to_tensor_dtype(a.dtype),a.shape)
    g=h.make_graph([h.make_node(op,names,[f'o{k}' for k in range(len(ws))],**at)],'g',[vi(f'i{k}',a) for k,a in enumerate(fed)],[vi(f'o{k}',a) for k,a in enumerate(ws)])
    onnx.save(h.make_model(g,opset_imports=[h.make_opsetid('',v)],ir_version=8),d+'/model.onnx')
    for k,a in enumerate(fed): open(f'{d}/test_data_set_0/input_{k}.pb','wb').write(nh.from_array(np.array(a, order='C')).SerializeToString())
    for k,a in enumerate(ws): open(f'{d}/test_data_set_0/output_{k}.pb','wb').write(nh.from_array(np.array(a, order='C')).SerializeToString())
