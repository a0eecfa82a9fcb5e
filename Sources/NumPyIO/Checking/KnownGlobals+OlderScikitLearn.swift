extension KnownGlobals.ScikitLearn {
  /// The classes whose modules have other names today.
  static let older = KnownGlobals.table(
    """
    ensemble.forest:RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor
    RandomTreesEmbedding
    ensemble.weight_boosting:AdaBoostClassifier AdaBoostRegressor
    ensemble.gradient_boosting:GradientBoostingClassifier GradientBoostingRegressor VerboseReporter ZeroEstimator
    BinomialDeviance LeastSquaresError LeastAbsoluteError HuberLossFunction QuantileLossFunction MultinomialDeviance
    LogOddsEstimator PriorProbabilityEstimator QuantileEstimator MeanEstimator ScaledLogOddsEstimator
    ensemble._gb_losses:BinomialDeviance LeastSquaresError LeastAbsoluteError HuberLossFunction QuantileLossFunction
    MultinomialDeviance ExponentialLoss
    ensemble.voting_classifier:VotingClassifier
    ensemble.iforest:IsolationForest
    tree.tree:DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor
    svm.classes:SVC SVR NuSVC NuSVR LinearSVC LinearSVR OneClassSVM
    linear_model.coordinate_descent:Lasso ElasticNet LassoCV ElasticNetCV MultiTaskLasso MultiTaskElasticNet
    linear_model.stochastic_gradient:SGDClassifier SGDRegressor
    linear_model.sgd_fast:Hinge SquaredHinge Log SquaredLoss Huber ModifiedHuber EpsilonInsensitive
    linear_model._sgd_fast:Hinge SquaredHinge Log SquaredLoss Huber ModifiedHuber EpsilonInsensitive
    neighbors.classification:KNeighborsClassifier RadiusNeighborsClassifier
    neighbors.regression:KNeighborsRegressor RadiusNeighborsRegressor
    neighbors.unsupervised:NearestNeighbors
    neighbors.kde:KernelDensity
    neighbors.lof:LocalOutlierFactor
    neighbors.kd_tree:KDTree BinaryTree newObj
    neighbors.ball_tree:BallTree BinaryTree newObj
    neighbors.dist_metrics:EuclideanDistance ManhattanDistance ChebyshevDistance MinkowskiDistance newObj
    neighbors._dist_metrics:EuclideanDistance ManhattanDistance ChebyshevDistance MinkowskiDistance newObj
    metrics._dist_metrics:newObj
    decomposition.pca:PCA
    decomposition.truncated_svd:TruncatedSVD
    decomposition.online_lda:LatentDirichletAllocation
    decomposition.nmf:NMF
    cluster.k_means_:KMeans MiniBatchKMeans
    cluster.dbscan_:DBSCAN
    cluster.hierarchical:AgglomerativeClustering
    neural_network.multilayer_perceptron:MLPClassifier MLPRegressor
    neural_network._stochastic_optimizers:AdamOptimizer SGDOptimizer
    preprocessing.data:StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer Binarizer PolynomialFeatures
    PowerTransformer QuantileTransformer KernelCenterer
    preprocessing.label:LabelEncoder LabelBinarizer MultiLabelBinarizer
    preprocessing.imputation:Imputer
    feature_selection.univariate_selection:SelectKBest SelectPercentile f_classif chi2
    cluster._kmeans:_kmeans_single_lloyd _kmeans_single_elkan
    feature_selection._univariate_selection:f_classif f_regression chi2
    gaussian_process.gpc:GaussianProcessClassifier
    gaussian_process.gpr:GaussianProcessRegressor
    mixture.gaussian_mixture:GaussianMixture
    mixture.bayesian_mixture:BayesianGaussianMixture
    utils.deprecation:DeprecationDict
    """)
}
