/// Puts the texts of elements into rows, brackets and lines as NumPy does.
package enum ArrayText {
  /// The elements in brackets: what `np.array2string` gives.
  ///
  /// - Parameters:
  ///   - items: The texts, by the index of the element among the kept ones in C order.
  ///   - corner: Which elements are kept.
  package static func text(
    _ items: any ItemFormat, corner: PrintedCorner, separator: String, prefix: String, suffix: String,
    lineWidth: Int
  ) -> String {
    var writer = AxisWriter(items: items, corner: corner, separator: separator)
    let indent = 1 + prefix.unicodeScalars.count
    // The width may be anything; beyond a billion nothing is ever wrapped.
    let width = min(max(lineWidth, -1 << 30), 1 << 30) - suffix.unicodeScalars.count
    writer.write(axis: 0, base: 0, indent: indent, width: width)
    return String(decoding: writer.buffer.bytes, as: UTF8.self)
  }

  /// `array(…)` around the text of the elements, with the shape where it cannot be seen and the dtype where it is not
  /// implied.
  package static func repr(
    elements: String, shape: [Int], dtype: @autoclosure () -> String, isDTypeImplied: Bool,
    options: PrintOptions
  ) -> String {
    let prefix = "array("
    let isEmpty = shape.contains(0)
    var extras: [String] = []
    if (isEmpty && shape != [0]) || (Layout.elementCount(shape) ?? .max) > options.threshold {
      extras.append("shape=" + Layout.describe(shape))
    }
    if !isDTypeImplied || isEmpty { extras.append("dtype=" + dtype()) }
    if extras.isEmpty { return prefix + elements + ")" }
    let text = prefix + elements + ","
    let extra = extras.joined(separator: ", ") + ")"
    var lastLine = 0
    for byte in text.utf8.reversed() {
      if byte == UInt8(ascii: "\n") { break }
      // Characters, not bytes: those that continue one do not count.
      if byte & 0xC0 != 0x80 { lastLine += 1 }
    }
    let fits = lastLine + extra.unicodeScalars.count + 1 <= options.lineWidth
    return text + (fits ? " " : "\n" + String(repeating: " ", count: prefix.utf8.count)) + extra
  }
}

/// The text so far, with room for the digits of the number at hand.
package struct PrintBuffer: Sendable {
  /// UTF-8.
  package var bytes: [UInt8] = []
  var digits = DigitBuffer()

  /// An empty text.
  package init() {}

  /// Appends a text.
  package mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends spaces, if `count` is above 0.
  mutating func appendSpaces(_ count: Int) {
    if count > 0 { bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: count)) }
  }

  /// Appends what `body` appends, filled up with spaces on the left.
  mutating func appendRightAligned(width: Int, _ body: (inout PrintBuffer) -> Void) {
    let start = bytes.count
    body(&self)
    let missing = width - (bytes.count - start)
    if missing > 0 { bytes.insert(contentsOf: repeatElement(UInt8(ascii: " "), count: missing), at: start) }
  }
}

/// Gives the text of each element of an array.
package protocol ItemFormat: Sendable {
  /// Appends the text of an element, counted in C order.
  func append(_ index: Int, to buffer: inout PrintBuffer)
}

/// Walks through the axes and breaks lines.
private struct AxisWriter {
  let items: any ItemFormat
  let corner: PrintedCorner
  let separator: [UInt8]
  let separatorWidth: Int
  /// Without the spaces at its end.
  let tightSeparator: [UInt8]
  let tightWidth: Int
  /// The distance in elements between the places of each axis.
  let steps: [Int]
  var buffer = PrintBuffer()
  /// The characters of the line so far.
  private var column = 0

  init(items: any ItemFormat, corner: PrintedCorner, separator: String) {
    self.items = items
    self.corner = corner
    self.separator = Array(separator.utf8)
    separatorWidth = separator.unicodeScalars.count
    var tight = separator[...]
    while let last = tight.last, last.isWhitespace { tight = tight.dropLast() }
    tightSeparator = Array(tight.utf8)
    tightWidth = tight.unicodeScalars.count
    steps = Layout.strides(corner.keptShape, itemSize: 1)
  }

  /// Writes a row, or all rows of an axis.
  mutating func write(axis: Int, base: Int, indent: Int, width: Int) {
    let axesLeft = corner.shape.count - axis
    if axesLeft == 0 {
      items.append(base, to: &buffer)
      return
    }
    let length = corner.keptShape[axis]
    let hasDots = corner.hasDots(axis)
    let leading = hasDots ? corner.edge : 0
    // The last place is shown even where there are no edge items.
    let trailing = hasDots ? max(1, corner.edge) : length
    buffer.bytes.append(UInt8(ascii: "["))
    if axesLeft == 1 {
      let itemWidth = width - max(tightWidth, 1)
      column = indent
      for place in 0..<leading {
        addItem(base + place, indent: indent, width: itemWidth)
        addSeparator()
      }
      if hasDots {
        let start = buffer.bytes.count
        buffer.bytes.append(contentsOf: repeatElement(UInt8(ascii: "."), count: 3))
        place(wordAt: start, width: 3, indent: indent, lineWidth: itemWidth)
        addSeparator()
      }
      for place in (length - trailing)..<length {
        addItem(base + place, indent: indent, width: itemWidth)
        if place < length - 1 { addSeparator() }
      }
    } else {
      for place in 0..<leading {
        if place > 0 { buffer.appendSpaces(indent) }
        write(axis: axis + 1, base: base + place * steps[axis], indent: indent + 1, width: width - 1)
        breakRows(axesLeft)
      }
      if hasDots {
        if leading > 0 { buffer.appendSpaces(indent) }
        buffer.append("...")
        breakRows(axesLeft)
      }
      for place in (length - trailing)..<length {
        if place > 0 || hasDots { buffer.appendSpaces(indent) }
        write(axis: axis + 1, base: base + place * steps[axis], indent: indent + 1, width: width - 1)
        if place < length - 1 { breakRows(axesLeft) }
      }
    }
    buffer.bytes.append(UInt8(ascii: "]"))
  }

  private mutating func breakRows(_ axesLeft: Int) {
    buffer.bytes.append(contentsOf: tightSeparator)
    buffer.bytes.append(contentsOf: repeatElement(UInt8(ascii: "\n"), count: axesLeft - 1))
  }

  private mutating func addSeparator() {
    buffer.bytes.append(contentsOf: separator)
    column += separatorWidth
  }

  /// Appends an item, on a new line if it would reach beyond `width`.
  private mutating func addItem(_ index: Int, indent: Int, width: Int) {
    let start = buffer.bytes.count
    items.append(index, to: &buffer)
    var count = 0
    var breaksLines = false
    for position in start..<buffer.bytes.count {
      let byte = buffer.bytes[position]
      if byte & 0xC0 != 0x80 { count += 1 }
      if byte < 0x20 { breaksLines = true }
    }
    if breaksLines {
      let word = String(decoding: buffer.bytes[start...], as: UTF8.self)
      let lines = WordLines.split(word)
      if lines.count > 1 {
        buffer.bytes.removeSubrange(start...)
        addLines(lines, indent: indent, width: width)
        return
      }
    }
    place(wordAt: start, width: count, indent: indent, lineWidth: width)
  }

  /// Breaks the line before the word just appended if it does not fit, unless the line has nothing else.
  private mutating func place(wordAt start: Int, width: Int, indent: Int, lineWidth: Int) {
    if column + width > lineWidth, column > indent {
      var end = start
      while end > 0, WordLines.isSpace(buffer.bytes[end - 1]) { end -= 1 }
      var gap: [UInt8] = [UInt8(ascii: "\n")]
      gap.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
      buffer.bytes.replaceSubrange(end..<start, with: gap)
      column = indent
    }
    column += width
  }

  /// Appends an item of several lines, the later ones below the first.
  private mutating func addLines(_ lines: [String], indent: Int, width: Int) {
    let widths = lines.map(\.unicodeScalars.count)
    let widest = widths.max() ?? 0
    func isolate(_ buffer: inout PrintBuffer, _ spaces: Int) {
      while let last = buffer.bytes.last, WordLines.isSpace(last) { buffer.bytes.removeLast() }
      buffer.bytes.append(UInt8(ascii: "\n"))
      buffer.appendSpaces(spaces)
    }
    var hang = column
    if column + widest > width, column > indent {
      isolate(&buffer, indent)
      hang = indent
    }
    buffer.append(lines[0])
    for line in lines.dropFirst() {
      isolate(&buffer, hang)
      buffer.append(line)
    }
    buffer.appendSpaces(widest - (widths.last ?? 0))
    column = hang + widest
  }
}

/// Python's `str.splitlines` and `str.rstrip`, as far as items need them.
private enum WordLines {
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0B || byte == 0x0C }

  static func split(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var afterReturn = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A where afterReturn: afterReturn = false
      case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
        lines.append(String(line))
        line = String.UnicodeScalarView()
        afterReturn = scalar.value == 0x0D
      default:
        line.append(scalar)
        afterReturn = false
      }
    }
    if !line.isEmpty { lines.append(String(line)) }
    return lines
  }
}
