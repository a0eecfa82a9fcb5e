import NumPyIO

/// Writes a log that Python reads while it grows: `np.load("sensor.npy", mmap_mode="r")`.
@main
enum Logger {
  static func main() throws {
    let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."
    let path = folder + "/sensor.npy"

    // Made if it is not there; a log that a crash has cut short goes on where it was whole.
    let log = try NPYAppender(path: path, dtype: .float64, rowShape: [3], discardingTrailingBytes: true)
    for second in 0..<60 {
      let time = Double(second)
      try log.append(NDArray([time, 20 + time / 10, 1013 - time / 100]))
      // From here on readers find the rows; what they have mapped before stays as it was.
      if second % 20 == 19 {
        try log.flush()
        print("readers find \(try NPYFile(opening: path).header.shape[0]) rows")
      }
    }
    try log.close()

    // The last ten rows, of which alone the bytes are read.
    let file = try NPYFile(opening: path)
    let last = try NDArray<Double>(file.read((file.rowCount - 10)..., .ellipsis))
    print("means of the last ten rows:", try last.mean(axis: 0))
  }
}
