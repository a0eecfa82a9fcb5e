// Who imports `ArrayDeflate` alone sees its sources, sinks and errors.
@_exported public import ByteIO
