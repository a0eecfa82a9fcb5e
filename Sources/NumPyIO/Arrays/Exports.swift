// Who imports `NumPyIO` can use its arrays, and the errors of files, without importing their modules by name; and `Complex`, which is
// an element of them.
@_exported public import ArrayBytes
@_exported public import ByteIO
@_exported public import ComplexModule
@_exported public import GGUFFiles
@_exported public import NDArrays
@_exported public import NPYFormat
@_exported public import NPZFormat
@_exported public import PandasPickles
@_exported public import PickledArrays
@_exported public import PythonPickle
@_exported public import SafetensorsFiles
@_exported public import TextTables
@_exported public import TorchFiles
