import PythonLiterals

// Python's `repr` of what the standard library's classes hold.

extension PythonObject {
  /// A part of a `repr`: text, or a value to be printed in its place.
  enum Part {
    case text(String)
    case value(PickleValue)
  }

  /// The parts of Python 3.13's `repr`.
  var reprParts: [Part] {
    switch self {
    case .orderedDict(let entries):
      return entries.isEmpty ? [.text("OrderedDict()")] : PythonObject.call("OrderedDict", [.value(.entries(entries))])
    case .defaultDict(let factory, let entries):
      let type: Part =
        factory.global.map { global in
          .text("<class '\(PythonRepr.printable(global.module == "builtins" ? global.name : global.qualifiedName))'>")
        } ?? .value(factory)
      return PythonObject.call("defaultdict", [type, .value(.entries(entries))])
    case .counter(let entries):
      if entries.isEmpty { return [.text("Counter()")] }
      // The most common first; equal ones in their order.
      let counts = entries.map { $0.value.double ?? 0 }
      let order = entries.indices.sorted { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
      return PythonObject.call("Counter", [.value(.entries(order.map { entries[$0] }))])
    case .deque(let items, let maxLength):
      let length = maxLength.map { [Part.text("maxlen=\($0)")] } ?? []
      return PythonObject.call("deque", [.value(.list(items))] + length)
    case .range(let start, let stop, let step):
      if step.int == 1 { return PythonObject.call("range", [.value(start), .value(stop)]) }
      return PythonObject.call("range", [.value(start), .value(stop), .value(step)])
    case .slice(let start, let stop, let step):
      return PythonObject.call("slice", [.value(start), .value(stop), .value(step)])
    case .dateTime(let date, let zone):
      guard let zone else { return [.text(date.opening + ")")] }
      return [.text(date.opening + ", tzinfo="), .value(zone), .text(")")]
    case .timeDelta(let days, let seconds, let microseconds):
      let parts = [("days", days), ("seconds", seconds), ("microseconds", microseconds)].filter { $0.1 != 0 }
      let text = parts.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
      return [.text("datetime.timedelta(\(text.isEmpty ? "0" : text))")]
    case .timeZone(let offset, let name):
      if name == nil, case .timeDelta(0, 0, 0)? = offset.pythonObject { return [.text("datetime.timezone.utc")] }
      return PythonObject.call(
        "datetime.timezone", [.value(offset)] + (name.map { [Part.value(.string($0))] } ?? []))
    case .decimal(let digits): return [.text("Decimal('\(digits)')")]
    case .fraction(let numerator, let denominator):
      return PythonObject.call("Fraction", [.value(numerator), .value(denominator)])
    case .uuid(let bytes):
      return [.text("UUID('\(PythonObject.text(ofUUID: bytes))')")]
    case .path(let type, let path): return PythonObject.call(type, [.value(.string(path))])
    case .array(let typeCode, _, _):
      guard let items = arrayItems else { return [.text("array('\(typeCode)', …)")] }
      let code = Part.text("'\(typeCode)'")
      return PythonObject.call("array", items.isEmpty ? [code] : [code, .value(.list(items))])
    }
  }

  private static func call(_ name: String, _ arguments: [Part]) -> [Part] {
    var parts = [Part.text(name + "(")]
    for (index, argument) in arguments.enumerated() {
      if index > 0 { parts.append(.text(", ")) }
      parts.append(argument)
    }
    return parts + [.text(")")]
  }

  /// The numbers of an `array.array`; `nil` for any other object and for layouts of other machines' text.
  public var arrayItems: [PickleValue]? {
    guard case .array(_, let data, let format) = self else { return nil }
    guard let format else { return data.items }
    // The layouts of Python's `Modules/arraymodule.c`: integers by size and sign, then floats, each in both orders.
    guard let bytes = data.bytes, let layout = PythonObject.arrayLayout(format), bytes.count % layout.size == 0 else {
      return nil
    }
    var items: [PickleValue] = []
    items.reserveCapacity(bytes.count / layout.size)
    var place = 0
    while place < bytes.count {
      let part = bytes[place..<(place + layout.size)]
      let number = (layout.isBig ? Array(part) : part.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      switch layout.kind {
      case .unsigned: items.append(.integer(PickleInteger(number)))
      case .signed:
        let unused = 64 - 8 * layout.size
        items.append(.int(Int(truncatingIfNeeded: Int64(bitPattern: number << UInt64(unused)) >> Int64(unused))))
      case .float:
        items.append(
          .float(
            layout.size == 4
              ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: number))) : Double(bitPattern: number)))
      }
      place += layout.size
    }
    return items
  }

  private enum NumberKind { case unsigned, signed, float }

  private static func arrayLayout(_ format: Int) -> (size: Int, kind: NumberKind, isBig: Bool)? {
    switch format {
    case 0, 1: return (1, format == 0 ? .unsigned : .signed, false)
    case 2...13:
      let place = format - 2
      return ([2, 4, 8][place / 4], place % 4 < 2 ? .unsigned : .signed, place % 2 == 1)
    case 14...17: return (format < 16 ? 4 : 8, .float, format % 2 == 1)
    default: return nil
    }
  }
}

extension PickleValue {
  /// A dictionary of pairs, for printing.
  fileprivate static func entries(_ entries: [PickleDict.Entry]) -> PickleValue {
    let dict = PickleDict()
    for entry in entries { dict[entry.key] = entry.value }
    return .dict(dict)
  }
}
