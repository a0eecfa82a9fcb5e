internal import PythonPickle

extension KnownGlobals {
  /// Functions of NumPy, SciPy and scikit-learn that compute something of numbers: models and searches name them (`np.log1p` of a
  /// transformer, `f1_score` of a scorer), to be called with data later. No honest pickle calls one.
  enum NumericFunctions {
    static func contains(_ global: PickleGlobal) -> Bool {
      let (module, name) = (global.module, global.name)
      guard isFunctionName(name) else { return false }
      if module == "numpy" { return numpy.contains(name[...]) }
      return modules.contains { module == $0 || module.hasPrefix($0 + ".") } && !DangerousGlobals.contains(global)
        && !DangerousGlobals.isModule(name)
    }

    /// Letters, digits and underscores: a name with dots reaches through the module to what that one has imported.
    private static func isFunctionName(_ name: String) -> Bool {
      guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
      return name.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x5F
      }
    }

    /// Modules whose functions read no files, set nothing that others use, and run no text.
    private static let modules = [
      "numpy.char", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.strings", "numpy.emath",
      "numpy.lib.scimath", "numpy.lib.function_base", "numpy.lib.nanfunctions", "numpy.core.fromnumeric",
      "numpy.core.umath", "numpy._core.umath", "numpy._core.fromnumeric", "numpy.core.numeric", "numpy._core.numeric",
      "scipy.cluster", "scipy.fft", "scipy.fftpack", "scipy.integrate", "scipy.interpolate", "scipy.linalg",
      "scipy.ndimage", "scipy.optimize", "scipy.signal", "scipy.sparse", "scipy.spatial", "scipy.special",
      "scipy.stats",
      "sklearn.base", "sklearn.cluster", "sklearn.covariance", "sklearn.decomposition", "sklearn.feature_extraction",
      "sklearn.feature_selection", "sklearn.gaussian_process", "sklearn.linear_model", "sklearn.metrics",
      "sklearn.model_selection", "sklearn.neighbors", "sklearn.preprocessing", "sklearn.svm", "sklearn.utils.extmath",
      "sklearn.utils.validation",
    ]

    /// Those of NumPy itself, which has others that read files, set how everything is printed, or call what they are given.
    private static let numpy = Set(
      """
      abs absolute acos acosh add all allclose alltrue amax amin angle any append arange arccos arccosh arcsin arcsinh
      arctan arctan2 arctanh argmax argmin argpartition argsort argwhere around array array2string array_equal
      array_equiv array_repr array_split array_str asanyarray asarray asarray_chkfinite ascontiguousarray asfarray
      asfortranarray asin asinh asmatrix asscalar astype atan atan2 atanh atleast_1d atleast_2d atleast_3d average
      bartlett base_repr binary_repr bincount bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_not
      bitwise_or bitwise_right_shift bitwise_xor blackman block bmat broadcast_arrays broadcast_shapes broadcast_to
      busday_count busday_offset can_cast cbrt ceil choose clip column_stack common_type compress concat concatenate
      conj conjugate convolve copy copysign copyto corrcoef correlate cos cosh count_nonzero cov cross cumprod
      cumproduct cumsum cumulative_prod cumulative_sum datetime_as_string datetime_data deg2rad degrees delete diag
      diag_indices diag_indices_from diagflat diagonal diff digitize divide divmod dot dsplit dstack ediff1d einsum
      empty empty_like equal exp exp2 expand_dims expm1 extract eye fabs fill_diagonal fix flatnonzero flip fliplr
      flipud float_power floor floor_divide fmax fmin fmod format_float_positional format_float_scientific frexp
      frombuffer fromstring full full_like gcd geomspace gradient greater greater_equal hamming hanning heaviside
      histogram histogram2d histogram_bin_edges histogramdd hsplit hstack hypot i0 identity imag in1d indices inner
      insert interp intersect1d invert is_busday isclose iscomplex iscomplexobj isdtype isfinite isfortran isin isinf
      isnan isnat isneginf isposinf isreal isrealobj isscalar issubdtype iterable ix_ kaiser kron lcm ldexp left_shift
      less less_equal lexsort linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
      logical_xor logspace mask_indices matmul matrix_transpose matvec max maximum mean median meshgrid min
      min_scalar_type minimum mintypecode mod modf moveaxis msort multiply nan_to_num nanargmax nanargmin nancumprod
      nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar ndim negative
      nextafter nonzero not_equal ones ones_like outer packbits pad partition percentile permute_dims place poly
      polyadd polyder polydiv polyfit polyint polymul polysub polyval positive pow power prod product promote_types
      ptp put put_along_axis putmask quantile rad2deg radians rank ravel ravel_multi_index real real_if_close
      reciprocal remainder repeat require reshape resize result_type right_shift rint roll rollaxis roots rot90 round
      round_ row_stack searchsorted select setdiff1d setxor1d shape sign signbit sin sinc sinh size sometrue sort
      sort_complex spacing split sqrt square squeeze stack std subtract sum swapaxes take take_along_axis tan tanh
      tensordot tile trace transpose trapezoid trapz tri tril tril_indices tril_indices_from trim_zeros triu
      triu_indices triu_indices_from true_divide trunc union1d unique unique_all unique_counts unique_inverse
      unique_values unpackbits unravel_index unstack unwrap vander var vdot vecdot vecmat vsplit vstack where zeros
      zeros_like
      """.split(whereSeparator: \.isWhitespace))
  }
}
