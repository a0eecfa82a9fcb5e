extension Figure {
  /// The size of a picture and how large its characters are.
  package struct PictureSize: Sendable {
    package var width: Int
    package var height: Int
    package var scale: Int

    /// The size of charts of axes and lines: 800 by 480 unless it is given.
    package init(width: Int?, height: Int?, scale: Int) {
      self.width = width ?? 800 * scale
      self.height = height ?? 480 * scale
      self.scale = scale
    }
  }

  /// The figure as a picture of pixels.
  ///
  /// - Parameter cells: Where the cells of a grid lie; its size is the picture's.
  package func picture(size: PictureSize, cells: CellLayout?, theme: Theme) -> RasterImage {
    let (width, height) = (cells?.width ?? size.width, cells?.height ?? size.height)
    let canvas = RasterCanvas(width: width, height: height, scale: size.scale, background: theme.background)
    var drawing = ChartDrawing(canvas, width: width, height: height, theme: theme)
    drawing.draw(self, cells: cells?.plot)
    return drawing.canvas.picture
  }

  /// The figure as an SVG document.
  package func svg(size: PictureSize, cells: CellLayout?, theme: Theme) -> String {
    let (width, height) = (cells?.width ?? size.width, cells?.height ?? size.height)
    let canvas = SVGCanvas(width: width, height: height, scale: size.scale, background: theme.background)
    var drawing = ChartDrawing(canvas, width: width, height: height, theme: theme)
    drawing.draw(self, cells: cells?.plot)
    return drawing.canvas.document(title: title)
  }
}
