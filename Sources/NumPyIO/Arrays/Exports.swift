// Who imports `NumPyIO` can use its arrays without importing their module by name.
@_exported public import NDArrays
