/// What pandas, R, databases, spreadsheets and C's library of Windows write for a missing value.
enum MissingWords {
  private static let words: Set<String> = [
    "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "null", "None", "NaT", "1.#IND", "-1.#IND",
    "1.#QNAN", "-1.#QNAN",
  ]

  static func contains(_ text: String) -> Bool { words.contains(text) }
}
