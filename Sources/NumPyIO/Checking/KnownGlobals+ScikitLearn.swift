internal import PythonPickle

extension KnownGlobals {
  /// scikit-learn's models and their parts: the classes of release 1.9, and those of older releases by their old modules.
  enum ScikitLearn {
    static func contains(_ global: PickleGlobal) -> Bool {
      guard global.module.hasPrefix("sklearn.") else { return false }
      let module = String(global.module.dropFirst("sklearn.".count))
      if [names, older].contains(where: { $0[module]?.contains(global.name[...]) ?? false }) { return true }
      // Up to 0.21 the modules had no underscore, and a few had other names.
      let parts = module.split(separator: ".")
      guard parts.count >= 2, let last = parts.last, !last.hasPrefix("_") else {
        return parts.count == 1
          && names.contains { $0.key.hasPrefix(module + ".") && $0.value.contains(global.name[...]) }
          && oneFile.contains(module)
      }
      let package = parts.dropLast().joined(separator: ".")
      return names["\(package)._\(last)"]?.contains(global.name[...]) ?? false
    }

    /// Packages that were modules once: `sklearn.naive_bayes` still is one.
    private static let oneFile: Set<String> = ["mixture", "svm", "neural_network", "gaussian_process"]

    private static let names = table(
      """
      _cyutility:__pyx_unpickle_Enum
      _loss._loss:CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss
      CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss CyLossFunction
      CyPinballLoss __pyx_unpickle_CyHalfMultinomialLoss
      _loss.link:BaseLink HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit
      _loss.loss:AbsoluteError BaseLoss ExponentialLoss HalfBinomialLoss HalfBinomialLossArrayAPI HalfGammaLoss
      HalfMultinomialLoss HalfMultinomialLossArrayAPI HalfPoissonLoss HalfPoissonLossArrayAPI HalfSquaredError
      HalfTweedieLoss HalfTweedieLossIdentity HuberLoss PinballLoss
      base:BaseEstimator
      calibration:CalibratedClassifierCV _CalibratedClassifier _SigmoidCalibration _TemperatureScaling
      cluster._affinity_propagation:AffinityPropagation
      cluster._agglomerative:AgglomerativeClustering FeatureAgglomeration
      cluster._bicluster:BaseSpectral SpectralBiclustering SpectralCoclustering
      cluster._birch:Birch _CFNode _CFSubcluster
      cluster._bisect_k_means:BisectingKMeans _BisectingTree
      cluster._dbscan:DBSCAN
      cluster._feature_agglomeration:AgglomerationTransform
      cluster._hdbscan._tree:TreeUnionFind __pyx_unpickle_TreeUnionFind
      cluster._hdbscan.hdbscan:HDBSCAN
      cluster._hierarchical_fast:UnionFind WeightedEdge __pyx_unpickle_UnionFind __pyx_unpickle_WeightedEdge
      cluster._kmeans:KMeans MiniBatchKMeans _BaseKMeans
      cluster._mean_shift:MeanShift
      cluster._optics:OPTICS
      cluster._spectral:SpectralClustering
      compose._column_transformer:ColumnTransformer make_column_selector
      compose._target:TransformedTargetRegressor
      covariance._elliptic_envelope:EllipticEnvelope
      covariance._empirical_covariance:EmpiricalCovariance
      covariance._graph_lasso:BaseGraphicalLasso GraphicalLasso GraphicalLassoCV
      covariance._robust_covariance:MinCovDet
      covariance._shrunk_covariance:LedoitWolf OAS ShrunkCovariance
      cross_decomposition._pls:CCA PLSCanonical PLSRegression PLSSVD _PLS
      decomposition._base:_BasePCA
      decomposition._dict_learning:DictionaryLearning MiniBatchDictionaryLearning SparseCoder _BaseSparseCoding
      decomposition._factor_analysis:FactorAnalysis
      decomposition._fastica:FastICA
      decomposition._incremental_pca:IncrementalPCA
      decomposition._kernel_pca:KernelPCA
      decomposition._lda:LatentDirichletAllocation
      decomposition._nmf:MiniBatchNMF NMF _BaseNMF
      decomposition._pca:PCA
      decomposition._sparse_pca:MiniBatchSparsePCA SparsePCA _BaseSparsePCA
      decomposition._truncated_svd:TruncatedSVD
      discriminant_analysis:LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis
      dummy:DummyClassifier DummyRegressor
      ensemble._bagging:BaggingClassifier BaggingRegressor BaseBagging
      ensemble._base:BaseEnsemble _BaseHeterogeneousEnsemble
      ensemble._forest:BaseForest ExtraTreesClassifier ExtraTreesRegressor ForestClassifier ForestRegressor
      RandomForestClassifier RandomForestRegressor RandomTreesEmbedding
      ensemble._gb:BaseGradientBoosting GradientBoostingClassifier GradientBoostingRegressor VerboseReporter
      ensemble._hist_gradient_boosting.binning:_BinMapper
      ensemble._hist_gradient_boosting.common:MonotonicConstraint
      ensemble._hist_gradient_boosting.gradient_boosting:BaseHistGradientBoosting HistGradientBoostingClassifier
      HistGradientBoostingRegressor
      ensemble._hist_gradient_boosting.grower:TreeGrower TreeNode
      ensemble._hist_gradient_boosting.histogram:HistogramBuilder __pyx_unpickle_HistogramBuilder
      ensemble._hist_gradient_boosting.predictor:TreePredictor
      ensemble._hist_gradient_boosting.splitting:SplitInfo Splitter __pyx_unpickle_Splitter
      ensemble._iforest:IsolationForest
      ensemble._stacking:StackingClassifier StackingRegressor _BaseStacking
      ensemble._voting:VotingClassifier VotingRegressor _BaseVoting
      ensemble._weight_boosting:AdaBoostClassifier AdaBoostRegressor BaseWeightBoosting
      feature_extraction._dict_vectorizer:DictVectorizer
      feature_extraction._hash:FeatureHasher
      feature_extraction.image:PatchExtractor
      feature_extraction.text:CountVectorizer HashingVectorizer TfidfTransformer TfidfVectorizer
      feature_selection._from_model:SelectFromModel
      feature_selection._rfe:RFE RFECV
      feature_selection._sequential:SequentialFeatureSelector
      cluster._kmeans:_kmeans_single_lloyd _kmeans_single_elkan
      feature_selection._univariate_selection:GenericUnivariateSelect SelectFdr SelectFpr SelectFwe SelectKBest
      SelectPercentile _BaseFilter
      feature_selection._variance_threshold:VarianceThreshold
      frozen._frozen:FrozenEstimator
      gaussian_process._gpc:GaussianProcessClassifier _BinaryGaussianProcessClassifierLaplace
      gaussian_process._gpr:GaussianProcessRegressor
      gaussian_process.kernels:CompoundKernel ConstantKernel DotProduct ExpSineSquared Exponentiation
      Hyperparameter Kernel KernelOperator Matern PairwiseKernel Product RBF RationalQuadratic Sum WhiteKernel
      impute._base:MissingIndicator SimpleImputer _BaseImputer
      impute._iterative:IterativeImputer _ImputerTriplet
      impute._knn:KNNImputer
      isotonic:IsotonicRegression
      kernel_approximation:AdditiveChi2Sampler Nystroem PolynomialCountSketch RBFSampler SkewedChi2Sampler
      kernel_ridge:KernelRidge
      linear_model._base:LinearModel LinearRegression MultiOutputLinearModel
      linear_model._bayes:ARDRegression BayesianRidge
      linear_model._coordinate_descent:ElasticNet ElasticNetCV Lasso LassoCV LinearModelCV MultiTaskElasticNet
      MultiTaskElasticNetCV MultiTaskLasso MultiTaskLassoCV
      linear_model._glm._newton_solver:NewtonCholeskySolver NewtonSolver
      linear_model._glm.glm:GammaRegressor PoissonRegressor TweedieRegressor _GeneralizedLinearRegressor
      linear_model._huber:HuberRegressor
      linear_model._least_angle:Lars LarsCV LassoLars LassoLarsCV LassoLarsIC
      linear_model._linear_loss:LinearModelLoss
      linear_model._logistic:LogisticRegression LogisticRegressionCV _LbfgsCallbackBridge
      linear_model._omp:OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV
      linear_model._passive_aggressive:PassiveAggressiveClassifier PassiveAggressiveRegressor
      linear_model._perceptron:Perceptron
      linear_model._quantile:QuantileRegressor
      linear_model._ransac:RANSACRegressor
      linear_model._ridge:Ridge RidgeCV RidgeClassifier RidgeClassifierCV _BaseRidge _BaseRidgeCV
      _IdentityClassifier _IdentityRegressor _RidgeGCV _XT_CenterStackOp _X_CenterStackOp
      linear_model._sgd_fast:Classification EpsilonInsensitive Hinge ModifiedHuber Regression
      SquaredEpsilonInsensitive SquaredHinge __pyx_unpickle_Classification __pyx_unpickle_Regression
      linear_model._stochastic_gradient:BaseSGD BaseSGDClassifier BaseSGDRegressor SGDClassifier SGDOneClassSVM
      SGDRegressor _ValidationScoreCallback
      linear_model._theil_sen:TheilSenRegressor
      manifold._classical_mds:ClassicalMDS
      manifold._isomap:Isomap
      manifold._locally_linear:LocallyLinearEmbedding
      manifold._mds:MDS
      manifold._spectral_embedding:SpectralEmbedding
      manifold._t_sne:TSNE
      metrics._dist_metrics:BrayCurtisDistance32 BrayCurtisDistance64 CanberraDistance32 CanberraDistance64
      ChebyshevDistance32 ChebyshevDistance64 DiceDistance32 DiceDistance64 DistanceMetric DistanceMetric32
      DistanceMetric64 EuclideanDistance32 EuclideanDistance64 HammingDistance32 HammingDistance64
      HaversineDistance32 HaversineDistance64 JaccardDistance32 JaccardDistance64 KulsinskiDistance32
      KulsinskiDistance64 MahalanobisDistance32 MahalanobisDistance64 ManhattanDistance32 ManhattanDistance64
      MatchingDistance32 MatchingDistance64 MinkowskiDistance32 MinkowskiDistance64 PyFuncDistance32
      PyFuncDistance64 RogersTanimotoDistance32 RogersTanimotoDistance64 RussellRaoDistance32 RussellRaoDistance64
      SEuclideanDistance32 SEuclideanDistance64 SokalMichenerDistance32 SokalMichenerDistance64
      SokalSneathDistance32 SokalSneathDistance64 __pyx_unpickle_DistanceMetric newObj
      metrics._pairwise_distances_reduction._argkmin:ArgKmin32 ArgKmin64 EuclideanArgKmin32 EuclideanArgKmin64
      metrics._pairwise_distances_reduction._argkmin_classmode:ArgKminClassMode32 ArgKminClassMode64
      metrics._pairwise_distances_reduction._base:BaseDistancesReduction32 BaseDistancesReduction64
      __pyx_unpickle_BaseDistancesReduction32 __pyx_unpickle_BaseDistancesReduction64
      metrics._pairwise_distances_reduction._datasets_pair:DatasetsPair32 DatasetsPair64 DenseDenseDatasetsPair32
      DenseDenseDatasetsPair64 DenseSparseDatasetsPair32 DenseSparseDatasetsPair64 SparseDenseDatasetsPair32
      SparseDenseDatasetsPair64 SparseSparseDatasetsPair32 SparseSparseDatasetsPair64
      __pyx_unpickle_DatasetsPair32 __pyx_unpickle_DatasetsPair64 __pyx_unpickle_DenseDenseDatasetsPair32
      __pyx_unpickle_DenseDenseDatasetsPair64 __pyx_unpickle_DenseSparseDatasetsPair32
      __pyx_unpickle_DenseSparseDatasetsPair64 __pyx_unpickle_SparseDenseDatasetsPair32
      __pyx_unpickle_SparseDenseDatasetsPair64 __pyx_unpickle_SparseSparseDatasetsPair32
      __pyx_unpickle_SparseSparseDatasetsPair64
      metrics._pairwise_distances_reduction._dispatcher:ArgKmin ArgKminClassMode BaseDistancesReductionDispatcher
      RadiusNeighbors RadiusNeighborsClassMode
      metrics._pairwise_distances_reduction._middle_term_computer:DenseDenseMiddleTermComputer32
      DenseDenseMiddleTermComputer64 MiddleTermComputer32 MiddleTermComputer64 SparseDenseMiddleTermComputer32
      SparseDenseMiddleTermComputer64 SparseSparseMiddleTermComputer32 SparseSparseMiddleTermComputer64
      __pyx_unpickle_DenseDenseMiddleTermComputer32 __pyx_unpickle_DenseDenseMiddleTermComputer64
      __pyx_unpickle_MiddleTermComputer32 __pyx_unpickle_MiddleTermComputer64
      __pyx_unpickle_SparseDenseMiddleTermComputer32 __pyx_unpickle_SparseDenseMiddleTermComputer64
      __pyx_unpickle_SparseSparseMiddleTermComputer32 __pyx_unpickle_SparseSparseMiddleTermComputer64
      metrics._pairwise_distances_reduction._radius_neighbors:EuclideanRadiusNeighbors32
      EuclideanRadiusNeighbors64 RadiusNeighbors32 RadiusNeighbors64
      metrics._pairwise_distances_reduction._radius_neighbors_classmode:RadiusNeighborsClassMode32
      RadiusNeighborsClassMode64
      metrics._scorer:_BaseScorer _CurveScorer _MultimetricScorer _PassthroughScorer _Scorer
      mixture._base:BaseMixture
      mixture._bayesian_mixture:BayesianGaussianMixture
      mixture._gaussian_mixture:GaussianMixture
      model_selection._classification_threshold:BaseThresholdClassifier FixedThresholdClassifier
      TunedThresholdClassifierCV
      model_selection._search:BaseSearchCV GridSearchCV ParameterGrid ParameterSampler RandomizedSearchCV
      model_selection._search_successive_halving:BaseSuccessiveHalving HalvingGridSearchCV HalvingRandomSearchCV
      _SubsampleMetaSplitter
      model_selection._split:BaseCrossValidator BaseShuffleSplit GroupKFold GroupShuffleSplit KFold
      LeaveOneGroupOut LeaveOneOut LeavePGroupsOut LeavePOut PredefinedSplit RepeatedKFold RepeatedStratifiedKFold
      ShuffleSplit StratifiedGroupKFold StratifiedKFold StratifiedShuffleSplit TimeSeriesSplit _BaseKFold
      _CVIterableWrapper _RepeatedSplits
      multiclass:OneVsOneClassifier OneVsRestClassifier OutputCodeClassifier _ConstantPredictor
      multioutput:ClassifierChain MultiOutputClassifier MultiOutputRegressor RegressorChain _BaseChain
      _MultiOutputEstimator
      naive_bayes:BernoulliNB CategoricalNB ComplementNB GaussianNB MultinomialNB _BaseDiscreteNB _BaseNB
      neighbors._ball_tree:BallTree BallTree32 BallTree64 BinaryTree32 BinaryTree64 NeighborsHeap32
      NeighborsHeap64 NodeHeap newObj
      neighbors._base:NeighborsBase
      neighbors._classification:KNeighborsClassifier RadiusNeighborsClassifier
      neighbors._graph:KNeighborsTransformer RadiusNeighborsTransformer
      neighbors._kd_tree:BinaryTree32 BinaryTree64 KDTree KDTree32 KDTree64 NeighborsHeap32 NeighborsHeap64
      NodeHeap newObj
      neighbors._kde:KernelDensity
      neighbors._lof:LocalOutlierFactor
      neighbors._nca:NeighborhoodComponentsAnalysis
      neighbors._nearest_centroid:NearestCentroid
      neighbors._quad_tree:_QuadTree
      neighbors._regression:KNeighborsRegressor RadiusNeighborsRegressor
      neighbors._unsupervised:NearestNeighbors
      neural_network._multilayer_perceptron:BaseMultilayerPerceptron MLPClassifier MLPRegressor
      neural_network._rbm:BernoulliRBM
      neural_network._stochastic_optimizers:AdamOptimizer BaseOptimizer SGDOptimizer
      pipeline:FeatureUnion Pipeline
      preprocessing._data:Binarizer KernelCenterer MaxAbsScaler MinMaxScaler Normalizer PowerTransformer
      QuantileTransformer RobustScaler StandardScaler
      preprocessing._discretization:KBinsDiscretizer
      preprocessing._encoders:OneHotEncoder OrdinalEncoder _BaseEncoder
      preprocessing._function_transformer:FunctionTransformer
      preprocessing._label:LabelBinarizer LabelEncoder MultiLabelBinarizer
      preprocessing._polynomial:PolynomialFeatures SplineTransformer
      preprocessing._target_encoder:TargetEncoder
      random_projection:BaseRandomProjection GaussianRandomProjection SparseRandomProjection
      semi_supervised._label_propagation:BaseLabelPropagation LabelPropagation LabelSpreading
      semi_supervised._self_training:SelfTrainingClassifier
      svm._base:BaseLibSVM BaseSVC
      svm._classes:LinearSVC LinearSVR NuSVC NuSVR OneClassSVM SVC SVR
      tree._classes:BaseDecisionTree DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier
      ExtraTreeRegressor
      tree._criterion:ClassificationCriterion Criterion Entropy Gini MAE MSE Poisson RegressionCriterion
      __pyx_unpickle_Criterion
      tree._export:Sentinel _BaseTreeExporter _DOTTreeExporter _MPLTreeExporter
      tree._partitioner:DensePartitioner SparsePartitioner __pyx_unpickle_DensePartitioner
      __pyx_unpickle_SparsePartitioner
      tree._reingold_tilford:DrawTree Tree
      tree._splitter:BestSparseSplitter BestSplitter RandomSparseSplitter RandomSplitter Splitter
      tree._tree:BestFirstTreeBuilder DepthFirstTreeBuilder Tree TreeBuilder _AlphaPruner _CCPPruneController
      _PathFinder __pyx_unpickle_TreeBuilder __pyx_unpickle__CCPPruneController
      tree._utils:PytestWeightedFenwickTree WeightedFenwickTree
      utils._available_if:_AvailableIfDescriptor
      utils._bunch:Bunch
      utils._cython_blas:BLAS_Order BLAS_Trans
      utils._encode:MissingValues _NaNCounter _nandict
      utils._fast_dict:IntFloatDict __pyx_unpickle_IntFloatDict
      utils._isfinite:FiniteStatus
      utils._metadata_requests:MetadataRequest MetadataRouter MethodMapping MethodMetadataRequest MethodPair
      RequestMethod RouterMappingPair _MetadataRequester
      utils._mocking:ArraySlicingWrapper CheckingClassifier MockDataFrame NoSampleWeightWrapper
      _MockEstimatorOnOffPrediction
      utils._param_validation:HasMethods Hidden Interval MissingValues Options RealNotInt StrOptions _ArrayLikes
      _Booleans _CVObjects _Callables _Constraint _InstancesOf _IterablesNotString _NanConstraint _NoneConstraint
      _PandasNAConstraint _RandomStates _SparseMatrices _VerboseHelper
      utils._pprint:KeyValTuple KeyValTupleParam _EstimatorPrettyPrinter
      utils._seq_dataset:ArrayDataset32 ArrayDataset64 CSRDataset32 CSRDataset64 SequentialDataset32
      SequentialDataset64
      utils._set_output:ContainerAdapterProtocol ContainerAdaptersManager PandasAdapter PolarsAdapter
      utils._tags:ClassifierTags InputTags RegressorTags Tags TargetTags TransformerTags
      utils._vector_sentinel:StdVectorSentinel StdVectorSentinelFloat64 StdVectorSentinelInt32
      StdVectorSentinelInt64 StdVectorSentinelIntP __pyx_unpickle_StdVectorSentinel
      __pyx_unpickle_StdVectorSentinelFloat64 __pyx_unpickle_StdVectorSentinelInt32
      __pyx_unpickle_StdVectorSentinelInt64 __pyx_unpickle_StdVectorSentinelIntP
      utils._weight_vector:WeightVector32 WeightVector64
      utils.deprecation:deprecated
      utils.estimator_checks:_NotAnArray
      utils.metaestimators:_BaseComposition
      """)
  }
}
