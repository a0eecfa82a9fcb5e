internal import PythonPickle

extension KnownGlobals {
  /// SciPy's classes that hold numbers: interpolators, trees, transforms, systems, results.
  ///
  /// Its distributions (`norm_gen` and the like) are not among them: their state holds Python code, which is run when they
  /// are loaded.
  enum SciPy {
    static func contains(_ global: PickleGlobal) -> Bool {
      guard global.module.hasPrefix("scipy.") else { return false }
      return names[String(global.module.dropFirst("scipy.".count))]?.contains(global.name[...]) ?? false
    }

    private static let interp1d =
      "interp1d interp1d._call_linear interp1d._call_linear_np interp1d._call_nearest interp1d._call_previousnext "
      + "interp1d._call_spline interp1d._call_nan_spline"

    private static let names = table(
      """
      _lib._disjoint_set:DisjointSet
      _lib.array_api_compat.numpy._aliases:asarray
      _lib.array_api_compat.numpy:asarray
      cluster.hierarchy:ClusterNode
      integrate._ivp.bdf:BdfDenseOutput
      integrate._ivp.common:ConstantDenseOutput OdeSolution
      integrate._ivp.ivp:OdeResult
      integrate._ivp.lsoda:LsodaDenseOutput
      integrate._ivp.radau:RadauDenseOutput
      integrate._ivp.rk:Dop853DenseOutput RkDenseOutput
      interpolate._bary_rational:AAA FloaterHormannInterpolator
      interpolate._bsplines:BSpline
      interpolate._cubic:CubicSpline PchipInterpolator Akima1DInterpolator CubicHermiteSpline
      interpolate._fitpack2:BivariateSpline InterpolatedUnivariateSpline LSQBivariateSpline LSQSphereBivariateSpline
      LSQUnivariateSpline RectBivariateSpline RectSphereBivariateSpline SmoothBivariateSpline SmoothSphereBivariateSpline
      SphereBivariateSpline UnivariateSpline
      interpolate._interpnd:CloughTocher2DInterpolator LinearNDInterpolator
      interpolate._interpolate:\(interp1d) PPoly BPoly NdPPoly
      interpolate._ndbspline:NdBSpline
      interpolate._ndgriddata:NearestNDInterpolator
      interpolate._polyint:BarycentricInterpolator KroghInterpolator
      interpolate._rbfinterp:RBFInterpolator
      interpolate._rgi:RegularGridInterpolator
      interpolate.fitpack2:InterpolatedUnivariateSpline LSQUnivariateSpline RectBivariateSpline SmoothBivariateSpline
      UnivariateSpline
      interpolate.interpnd:LinearNDInterpolator CloughTocher2DInterpolator
      interpolate.interpolate:\(interp1d) PPoly BPoly NdPPoly
      interpolate.ndgriddata:NearestNDInterpolator
      interpolate.polyint:BarycentricInterpolator KroghInterpolator
      optimize._constraints:Bounds LinearConstraint
      optimize._lbfgsb_py:LbfgsInvHessProduct
      optimize._optimize:OptimizeResult
      optimize._zeros_py:RootResults
      optimize.optimize:OptimizeResult
      optimize.zeros:RootResults
      signal._ltisys:StateSpaceContinuous StateSpaceDiscrete TransferFunctionContinuous TransferFunctionDiscrete
      ZerosPolesGainContinuous ZerosPolesGainDiscrete
      signal._short_time_fft:ShortTimeFFT
      signal.ltisys:StateSpaceContinuous StateSpaceDiscrete TransferFunctionContinuous TransferFunctionDiscrete
      ZerosPolesGainContinuous ZerosPolesGainDiscrete
      sparse._bsr:bsr_matrix bsr_array
      sparse._coo:coo_matrix coo_array
      sparse._csc:csc_matrix csc_array
      sparse._csr:csr_matrix csr_array
      sparse._dia:dia_matrix dia_array
      sparse._dok:dok_matrix dok_array
      sparse._lil:lil_matrix lil_array
      sparse.bsr:bsr_matrix
      sparse.coo:coo_matrix
      sparse.csc:csc_matrix
      sparse.csr:csr_matrix
      sparse.dia:dia_matrix
      sparse.dok:dok_matrix
      sparse.lil:lil_matrix
      sparse.linalg._interface:MatrixLinearOperator
      spatial._ckdtree:cKDTree
      spatial._kdtree:KDTree Rectangle
      spatial._qhull:ConvexHull Delaunay HalfspaceIntersection Voronoi
      spatial._spherical_voronoi:SphericalVoronoi
      spatial.ckdtree:cKDTree
      spatial.kdtree:KDTree Rectangle
      spatial.qhull:ConvexHull Delaunay HalfspaceIntersection Voronoi
      spatial.transform._rotation:Rotation Slerp __pyx_unpickle_Rotation
      spatial.transform._rotation_spline:RotationSpline
      spatial.transform.rotation:Rotation Slerp
      stats._common:ConfidenceInterval
      stats._covariance:CovViaCholesky CovViaDiagonal CovViaEigendecomposition CovViaPSD CovViaPrecision
      stats._distn_infrastructure:rv_frozen rv_continuous_frozen rv_discrete_frozen
      stats._hypotests:SomersDResult TukeyHSDResult
      stats._kde:gaussian_kde
      stats._mannwhitneyu:MannwhitneyuResult
      stats._morestats:AndersonResult Anderson_ksampResult AnsariResult BartlettResult FlignerResult LeveneResult
      ShapiroResult WilcoxonResult
      stats._multivariate:_PSD multivariate_normal_frozen multivariate_normal_gen
      stats._qmc:Halton LatinHypercube PoissonDisk Sobol
      stats._resampling:BootstrapResult MonteCarloTestResult PermutationTestResult
      stats._stats_py:AlexanderGovernResult DescribeResult F_onewayResult FriedmanchisquareResult KruskalResult KstestResult
      LinregressResult ModeResult PearsonRResult PearsonRResultBase Power_divergenceResult SignificanceResult
      SkewtestResult KurtosistestResult NormaltestResult TtestResult
      stats._survival:ECDFResult EmpiricalDistributionFunction
      stats.contingency:Chi2ContingencyResult
      stats.kde:gaussian_kde
      """)
  }
}
