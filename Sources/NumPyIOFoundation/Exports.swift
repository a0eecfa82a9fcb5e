// Who imports `NumPyIOFoundation` has the library too.
@_exported public import NumPyIO
