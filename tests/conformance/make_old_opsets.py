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
   ("TopK",10,[m,np.array([1])],dict(axis=1),[m.max(1,keepdims=True),m.argmax(1)[:,None]])]
for i,(op,v,ins,at,w) in enumerate(C):
    ws=w if isinstance(w,list) else [w]
    ws=[np.asarray(a).astype(f) if np.asarray(a).dtype==np.float64 else np.asarray(a) for a in ws]
    d=f'{root}/{i:02d}_{op}_{v}';os.makedirs(d+'/test_data_set_0')
    vi=lambda n,a:h.make_tensor_value_info(n,h.np_dtype_to_tensor_dtype(a.dtype),a.shape)
    g=h.make_graph([h.make_node(op,[f'i{k}' for k in range(len(ins))],[f'o{k}' for k in range(len(ws))],**at)],'g',[vi(f'i{k}',a) for k,a in enumerate(ins)],[vi(f'o{k}',a) for k,a in enumerate(ws)])
    onnx.save(h.make_model(g,opset_imports=[h.make_opsetid('',v)],ir_version=8),d+'/model.onnx')
    for k,a in enumerate(ins): open(f'{d}/test_data_set_0/input_{k}.pb','wb').write(nh.from_array(np.array(a, order='C')).SerializeToString())
    for k,a in enumerate(ws): open(f'{d}/test_data_set_0/output_{k}.pb','wb').write(nh.from_array(np.array(a, order='C')).SerializeToString())
