extension Collection where Element: StringProtocol {
  /// The first names with commas between them, and dots if there are more.
  package func listed(first count: Int = 8) -> String {
    prefix(count).joined(separator: ", ") + (self.count > count ? ", …" : "")
  }
}
