import json, glob, os, shutil, sys
# The states of make_golden.py and make_golden_torch.py in one file, with the options that each file needs:
#   python3 condense.py FOLDER_OF_THEIRS FOLDER_OF_TESTS
src, out = sys.argv[1:3]
READ=('.npz','.pkl','.pt','.safetensors','.json','.onnx','.eqx','.msgpack','.v5.mat','.v5z.mat','.v73.mat','.h5','.keras')
LEAKY="w_rec={1}.weight,w_in={0}.weight,b={0}.bias+{1}.bias"
K="--map w_rec=arr_1,w_in=arr_0,b=arr_2,readout=arr_3,readout_bias=arr_4 --vectors row"
def blend(u,w,d,a=0.2):
    return f"--cell vanilla --activation relu --map w_rec={1-a}*eye({w}.weight)+{a}*{w}.weight,w_in={a}*{u}.weight,b={a}*{u}.bias+{a}*{w}.bias,readout={d}.weight,readout_bias={d}.bias"
O={
 "areas_blocks":"--cell rate --alpha 0.2 --activation tanh --map w_rec=W_11|W_12;W_21|W_22,w_in=W_in_1;0*(W_21@W_in_1),readout=0*(W_out_2@W_21)|W_out_2,b=b_1;b_2 --vectors column",
 "curbd":"--cell current --vectors column --euler --dt 0.002 --tau 0.1 --activation tanh --map w_rec=J,w_in=eye(J)",
 "force_jbw":"--cell current --euler --dt 0.001 --tau 0.01 --activation tanh --map w_rec=J,w_in=B,b=b,readout_of_rates=w",
 "full_force_py":"--euler --dt 0.001 --tau 0.01",
 "integrator_ed":"--cell integrator --activation relu --map w_rec=W,encoder=E,decoder=D,b=b",
 "integrator_names":"--cell integrator --activation relu --map w_rec=recurrent.weight,encoder=encoder.weight,decoder=decoder.weight,b=recurrent.bias",
 "integrator_rows":"--cell integrator --activation relu --map w_rec=W,encoder=encoders,decoder=decoders,b=b",
 "psychrnn":"--alpha 0.1","psychrnn_dale":"--alpha 0.1",
 "pt_ctrnn_blend":blend("rnn.input2h","rnn.h2h","fc"),
 "pt_ctrnn_pre":"--cell rate --alpha 0.2 --activation relu --map "+LEAKY.format("input2h","h2h")+",readout=h2out.weight,readout_bias=h2out.bias",
 "pt_ctrnn_rate":"--cell current --alpha 0.2 --activation relu --map "+LEAKY.format("rnn.input2h","rnn.h2h")+",readout_of_rates=fc.weight,readout_bias=fc.bias",
 "pt_i2h_h2h":"--cell vanilla --activation tanh --map "+LEAKY.format("i2h","h2h")+",readout=h2o.weight,readout_bias=h2o.bias",
 "pt_i2h_combined":"--cell vanilla --activation tanh --vectors column --map w_rec=tail(i2h.weight),w_in=head(i2h.weight),b=i2h.bias,readout=h2o.weight,readout_bias=h2o.bias",
 "pt_mrnntorch":"--cell current --alpha 0.1 --activation relu --vectors column --map w_rec=abs(rnn.W_rec)*rnn.W_rec_mask*rnn.W_rec_sign_matrix,w_in=abs(rnn.W_inp)*rnn.W_inp_mask*rnn.W_inp_sign_matrix,readout_of_rates=out_layer.weight,readout_bias=out_layer.bias",
 "pt_plrnn":"",
 "plrnn":"","plrnn_shallow":"","plrnn_shallow_clipped":"--cell shallow_plrnn --map diagonal=A,w_rec=W1|-W1,w_hidden=W2;W2,b=h1,b_hidden=h2;0*h2,w_in=C",
 "neuralrnn_ctrnn_pre":"--cell rate --alpha 0.2 --activation tanh --map "+LEAKY.format("input2h","h2h")+",readout=readout_layer.weight,readout_bias=readout_layer.bias",
 "neuralrnn_ctrnn_rate":"--cell current --alpha 0.2 --activation relu --map "+LEAKY.format("input2h","h2h")+",readout=readout_layer.weight,readout_bias=readout_layer.bias",
 "neuralrnn_ctrnn_blend":blend("input2h","h2h","readout_layer"),
 "neuralrnn_lowrank":"--cell rate --alpha 0.2 --activation tanh --map m=m,n=n,w_in=wi,b=b",
 "square_column":"--cell vanilla --activation tanh --vectors column --map w_rec=W,w_in=U,b=b",
 "square_row":"--cell vanilla --activation tanh --vectors row --map w_rec=W,w_in=U,b=b",
 "mat_wrr":"--cell current --euler --dt 1 --tau 4 --activation tanh --map w_rec=wRR,w_in=wIn,b=b,readout=wOut",
 "mat_wub":"--cell vanilla --activation tanh --map w_rec=W,w_in=U,b=b,readout=Wout,readout_bias=bout",
 "mat_n_w":"--cell vanilla --activation tanh --map w_rec=n.w,w_in=n.B,b=n.b,readout=n.D",
 "mat_full_force":"--cell current --euler --dt 0.001 --tau 0.01 --activation tanh --vectors column --map w_rec=V@lrn.w,w_in=g.fin*ran.fin,readout_of_rates=lrn.W",
 "mat_hfopt_names":"--cell current --euler --dt 1 --tau 4 --activation tanh --map w_rec=n_Wrr_n,w_in=n_Wru_v,b=n_bx_1,readout_of_rates=m_Wzr_n,readout_bias=m_bz_1",
 "lowrank_optimized":"--alpha 0.2 --cell current --activation tanh --vectors column --map w_rec=m@t(n),w_in=t(wi)*si,readout_of_rates=t(wo*so)",
 "lowrank_full_scaled":"--alpha 0.2 --cell current --activation tanh --vectors column --map w_rec=0.16666666666666666*wrec,w_in=t(wi)*si,readout_of_rates=0.16666666666666666*t(wo*so)",
 "keras_gru_no_bias_before":"--reset-before",
 "neuralrnn_ei":"--cell rate --alpha 0.2 --activation relu --vectors column --map w_rec=abs(h2h.weight)@dale_mask,w_in=input2h.weight,b=input2h.bias+h2h.bias",
 "neuralrnn_areas":"--cell rate --alpha 0.2 --activation relu --vectors column --map w_rec=abs(h2h.weight*rec_mask)@dale_mask,w_in=input2h.weight*t(in_mask),b=input2h.bias+h2h.bias,readout=readout_layer.weight*t(out_mask),readout_bias=readout_layer.bias",
 "stp_none":"--cell vanilla --activation relu --vectors row --map w_rec=0.9*eye(weights.w_rnn)+0.1*(parameters.EI_matrix@relu(weights.w_rnn)),w_in=0.1*relu(weights.w_in),b=0.1*weights.b_rnn,readout=relu(weights.w_out),readout_bias=weights.b_out",
 "lowrank_small":"--alpha 0.2","lowrank_zero_bias":"--alpha 0.2","lowrank_full_rank":"--alpha 0.2",
}
KER={"keras_simple":f"--cell vanilla --activation tanh {K}","keras_simple_relu":f"--cell vanilla --activation relu {K}",
 "keras_gru_before":f"--cell gru --reset-before --gates z,r,h {K}","keras_lstm":f"--cell lstm --gates i,f,c,o {K}"}
READNOW={'neuralrnn_dend','neuralrnn_shallow','plrnn_shallow','plrnn_dendritic','plrnn_dendritic_julia','pt_plrnn_dendritic','plrnn_shallow_clipped'}
total={}; n=0
for f in sorted(glob.glob(src+'/*.states.json')):
    d=json.load(open(f)); name=d['name']
    files=[x for x in d['files'] if x.endswith(READ) and not x.startswith('/')]
    # Not read yet: parameters in one vector, time constants behind a sigmoid, read-outs that are units.
    # Weights alone do not tell what the model's description does.
    if name in ('keras_backwards','keras_hard_sigmoid'): files=[x for x in files if x.endswith(('.h5','.keras')) and not x.endswith('.weights.h5')]
    if not files or name in ('mat_hfopt_theta','mat_spike','mat_hebb'): continue
    # Files that do not tell: the same tensors are another network's.
    if name in ('flax_residual','neuralrnn_alrnn','plrnn_almost_linear','plrnn_dendritic_clipped'): continue
    # Two layers of a graph, of which one is chosen by --prefix.
    if name=='onnx_torch_gru2': continue
    if name in ('onnx_torch_rnn_dynamo','pt_eirnn'): d['refuse']=d.get('refuse') or 'the file does not hold all of it'
    case={k:d.get(k) for k in ('made_by','source','refuse','initial','inputs','states','outputs','tolerance') if d.get(k) is not None}
    case['files']=[]
    for x in files:
        opt=O.get(name) 
        if name in KER and x==name+'.npz': opt=KER[name]
        if name.startswith('keras_') and x.endswith(('.h5','.keras')): opt={'keras_gru_no_bias_before':'--reset-before','keras_simple_relu':'--activation relu'}.get(name) if x.endswith('.weights.h5') else None
        size=os.path.getsize(f'{src}/{x}')
        assert size<60000,(x,size)
        y=x.replace('/model','')
        shutil.copy(f'{src}/{x}',f'{out}/{y}')
        x=y
        if name=='curbd' and x.endswith('.mat'): opt=opt.replace('w_rec=J,w_in=eye(J)','w_rec=RNN.J,w_in=eye(RNN.J)')
        case['files'].append({'file':x,'options':opt} if opt else {'file':x})
        n+=1
        # The same with the description that stands beside it.
        if os.path.exists(f'{src}/{name}/config.json') and name not in READNOW:
            os.makedirs(f'{out}/{name}',exist_ok=True)
            for z in ('model.safetensors','config.json'): shutil.copy(f'{src}/{name}/{z}',f'{out}/{name}/{z}')
            case['files'].append({'file':f'{name}/model.safetensors'}); n+=1
    if name in ('neuralrnn_ei','neuralrnn_lowrank','neuralrnn_dend','neuralrnn_shallow'): case.pop('outputs')
    total[name]=case
for k in READNOW: total[k].pop('refuse',None)
json.dump(total,open(out+'/layouts.json','w'),separators=(',',':'))
print(len(total),n,os.path.getsize(out+'/layouts.json'))
