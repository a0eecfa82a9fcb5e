internal import PythonPickle

extension KnownGlobals {
  /// PyTorch's tensors, and the modules of its neural networks.
  enum Torch {
    static func contains(_ global: PickleGlobal) -> Bool {
      guard global.module == "torch" || global.module.hasPrefix("torch.") else { return false }
      return names[global.module]?.contains(global.name[...]) ?? false
    }

    private static let storages =
      "DoubleStorage FloatStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage "
      + "BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage "
      + "QUInt2x4Storage UntypedStorage"
    private static let tensors =
      "Tensor DoubleTensor FloatTensor HalfTensor BFloat16Tensor LongTensor IntTensor ShortTensor CharTensor ByteTensor "
      + "BoolTensor"

    private static let names = table(
      """
      torch:Size device \(tensors) \(storages) Generator strided
      float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 uint16 uint32 uint64 bool complex32 complex64 complex128
      float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2 qint8 quint8 qint32 quint4x2
      quint2x4 per_tensor_affine per_channel_affine per_channel_affine_float_qparams per_tensor_symmetric
      per_channel_symmetric contiguous_format channels_last channels_last_3d preserve_format sparse_coo sparse_csr
      torch.cuda:\(tensors) \(storages)
      torch._utils:_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state
      _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_meta_tensor_no_storage
      _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor _rebuild_nested_tensor
      _rebuild_wrapper_subclass
      torch._tensor:_rebuild_from_type_v2 _rebuild_from_type Tensor
      torch.tensor:_rebuild_from_type Tensor
      torch.serialization:_get_layout
      torch.storage:UntypedStorage TypedStorage _TypedStorage _UntypedStorage _load_from_bytes
      torch.nn.parameter:Parameter Buffer UninitializedParameter UninitializedBuffer
      torch.nn:Parameter
      torch.jit._pickle:build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag
      torch.optim.adam:Adam
      torch.optim.adamw:AdamW
      torch.optim.sgd:SGD
      torch.optim.rmsprop:RMSprop
      torch.optim.adagrad:Adagrad
      torch.optim.adadelta:Adadelta
      torch.optim.adamax:Adamax
      torch.optim.lbfgs:LBFGS
      torch.optim.lr_scheduler:StepLR MultiStepLR ExponentialLR CosineAnnealingLR ReduceLROnPlateau CyclicLR OneCycleLR
      CosineAnnealingWarmRestarts LinearLR ConstantLR PolynomialLR SequentialLR
      torch.utils.data.dataset:TensorDataset Subset ConcatDataset
      torch.utils.hooks:RemovableHandle
      torch.nn.modules.module:Module
      torch.nn.modules.linear:Linear Bilinear Identity LazyLinear NonDynamicallyQuantizableLinear _LinearWithBias
      torch.nn.modules.conv:Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d
      LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d
      torch.nn.modules.activation:Threshold ReLU Hardtanh ReLU6 Sigmoid Tanh Softmax Softmax2d LogSoftmax ELU SELU CELU GELU
      Hardshrink LeakyReLU LogSigmoid Softplus Softshrink MultiheadAttention PReLU Softsign Softmin Tanhshrink RReLU GLU
      Hardsigmoid Hardswish SiLU Mish
      torch.nn.modules.loss:L1Loss NLLLoss NLLLoss2d KLDivLoss MSELoss BCELoss BCEWithLogitsLoss CosineEmbeddingLoss CTCLoss
      HingeEmbeddingLoss MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss SmoothL1Loss
      HuberLoss SoftMarginLoss CrossEntropyLoss TripletMarginLoss TripletMarginWithDistanceLoss PoissonNLLLoss
      GaussianNLLLoss
      torch.nn.modules.container:Container Sequential ModuleList ModuleDict ParameterList ParameterDict
      torch.nn.modules.pooling:AvgPool1d AvgPool2d AvgPool3d MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d
      MaxUnpool3d FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d
      AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d
      torch.nn.modules.batchnorm:BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm LazyBatchNorm1d LazyBatchNorm2d
      LazyBatchNorm3d
      torch.nn.modules.instancenorm:InstanceNorm1d InstanceNorm2d InstanceNorm3d LayerNorm LazyInstanceNorm1d
      LazyInstanceNorm2d LazyInstanceNorm3d
      torch.nn.modules.normalization:LayerNorm GroupNorm LocalResponseNorm CrossMapLRN2d RMSNorm
      torch.nn.modules.dropout:Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout
      torch.nn.modules.padding:ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d
      ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d ConstantPad1d ConstantPad2d ConstantPad3d CircularPad1d CircularPad2d
      CircularPad3d
      torch.nn.modules.sparse:Embedding EmbeddingBag
      torch.nn.modules.rnn:RNNBase RNN LSTM GRU RNNCellBase RNNCell LSTMCell GRUCell
      torch.nn.modules.pixelshuffle:PixelShuffle PixelUnshuffle
      torch.nn.modules.upsampling:UpsamplingNearest2d UpsamplingBilinear2d Upsample
      torch.nn.modules.distance:PairwiseDistance CosineSimilarity
      torch.nn.modules.fold:Fold Unfold
      torch.nn.modules.adaptive:AdaptiveLogSoftmaxWithLoss
      torch.nn.modules.transformer:Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer
      TransformerDecoderLayer
      torch.nn.modules.flatten:Flatten Unflatten
      torch.nn.modules.channelshuffle:ChannelShuffle
      torch.nn.parallel.data_parallel:DataParallel
      torch.nn.parallel.distributed:DistributedDataParallel
      torch.nn.backends.thnn:_get_thnn_function_backend
      """)
  }
}
