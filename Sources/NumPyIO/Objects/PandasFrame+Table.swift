public import ByteIO
public import NDArrays
public import PandasPickles
internal import PickledArrays

extension PandasFrame {
  /// The columns as a table of records, a field for each, without the labels of the rows: pandas'
  /// `frame.to_records(index=False)`, with strings as text of the longest one's length.
  ///
  /// ```swift
  /// struct City: Decodable { var name: String; var population: Int }
  /// if let frame = try PandasFrame(Pickle.load(from: "cities.pkl")) {
  ///   let cities = try frame.table().rows(as: City.self)
  ///   print(cities.count)
  /// }
  /// ```
  ///
  /// Columns of other objects than strings become their texts: `None` and `nan` where a string is missing.
  ///
  /// - Throws: ``FormatError`` with code `unsupported` for a column that is no array of NumPy's, `badArgument` for one that
  ///   no field can hold, or for two of the same name.
  public func table() throws(FormatError) -> AnyNDArray {
    var fields: [(name: String, values: AnyNDArray)] = []
    for column in columns {
      let name = column.label.string ?? column.label.repr(limit: 200)
      let stored = try column.array()
      do throws(ArrayError) {
        switch stored {
        case .values(let values): fields.append((name, values))
        case .objects(let objects): fields.append((name, try objects.asType(DType("U"))))
        }
      } catch { throw FormatError(.badArgument, "the column \(name): \(error.message)") }
    }
    do throws(ArrayError) {
      let dtype = try DType.structured(fields.map { ($0.name, $0.values.dtype.native) })
      var table = try AnyNDArray(zeros: [fields.first?.values.shape.first ?? 0], dtype: dtype)
      for field in fields { try table.setField(field.name, to: field.values) }
      return table
    } catch { throw FormatError(.badArgument, error.message) }
  }
}
