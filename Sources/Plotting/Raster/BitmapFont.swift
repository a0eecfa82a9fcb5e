/// The characters of pictures: five pixels wide, seven high, two below the line; drawn for this package.
package enum BitmapFont {
  /// The pixels of a character.
  package static let width = 5
  /// From the top of capitals to the bottom of `g`.
  package static let height = 9
  /// From one character to the next.
  package static let advance = 6
  /// From the top of capitals to the line that they stand on.
  package static let ascent = 7

  /// The pixels of a character: five bits a row, from the top.
  package struct Glyph: Sendable {
    fileprivate var rows: [UInt8]

    /// Whether a pixel is set; there are none outside.
    package func has(column: Int, row: Int) -> Bool {
      guard column >= 0, column < width, row >= 0, row < rows.count else { return false }
      return rows[row] >> UInt8(width - 1 - column) & 1 == 1
    }
  }

  /// The pixels of a character; a frame for one that the font does not have.
  package static func glyph(_ scalar: Unicode.Scalar) -> Glyph { glyphs[scalar] ?? unknown }

  private static let unknown = Glyph(rows: [31, 17, 17, 17, 17, 17, 31, 0, 0])

  private static let glyphs: [Unicode.Scalar: Glyph] = {
    var result: [Unicode.Scalar: Glyph] = [" ": Glyph(rows: [])]
    for entry in table.split(separator: "\n") {
      guard let letter = entry.unicodeScalars.first else { continue }
      result[letter] = Glyph(
        rows: entry.unicodeScalars.dropFirst(2).map { digit in
          UInt8(truncatingIfNeeded: digit.value < 58 ? digit.value - 48 : digit.value - 87)
        })
    }
    return result
  }()

  /// A character a line, and its nine rows, a digit of base 32 (0 to v) each: the leftmost pixel counts 16.
  private static let table = #"""
    ! 444440400
    " aaa000000
    # aavavaa00
    $ 4fke5u400
    % op248j300
    & cik8lid00
    ' 444000000
    ( 248884200
    ) 842224800
    * 04lel4000
    + 044v44000
    , 000006624
    - 000e00000
    . 000006600
    / 11248gg00
    0 ehjlphe00
    1 4c4444e00
    2 eh1248v00
    3 v2421he00
    4 26aiv2200
    5 vgu11he00
    6 68guhhe00
    7 v12488800
    8 ehhehhe00
    9 ehhf12c00
    : 066066000
    ; 066006624
    < 248g84200
    = 00v0v0000
    > 842124800
    ? eh1240400
    @ ehnlmge00
    A ehhvhhh00
    B uhhuhhu00
    C ehggghe00
    D sihhhis00
    E vgguggv00
    F vgguggg00
    G ehgnhhf00
    H hhhvhhh00
    I e44444e00
    J 72222ic00
    K hikokih00
    L ggggggv00
    M hrllhhh00
    N hhpljhh00
    O ehhhhhe00
    P uhhuggg00
    Q ehhhlid00
    R uhhukih00
    S fgge11u00
    T v44444400
    U hhhhhhe00
    V hhhhha400
    W hhhllrh00
    X hha4ahh00
    Y hha444400
    Z v1248gv00
    [ e88888e00
    \ gg8421100
    ] e22222e00
    ^ 4ah000000
    _ 0000000v0
    ` 840000000
    a 00e1fhf00
    b gguhhhu00
    c 00egghe00
    d 11fhhhf00
    e 00ehvge00
    f 698u88800
    g 00fhhhf1e
    h ggmphhh00
    i 40c444e00
    j 2062222ic
    k ggikoki00
    l c44444e00
    m 00qllll00
    n 00mphhh00
    o 00ehhhe00
    p 00uhhhugg
    q 00fhhhf11
    r 00mpggg00
    s 00fge1u00
    t 88u889600
    u 00hhhjd00
    v 00hhha400
    w 00hllla00
    x 00ha4ah00
    y 00hhhhf1e
    z 00v248v00
    { 244844200
    | 444444400
    } 844244800
    ~ 008l20000
    … 000000l00
    × 00ha4ah00
    µ 00hhhrlgg
    − 000v00000
    ° cic000000
    · 000660000
    """#
}
