internal import PlatformC

extension ScratchFile {
  /// The folder for temporary files: that of the environment variable `TMPDIR`, or `/tmp` if that is empty or not set.
  public static var defaultFolder: String {
    // Safe: the environment is not changed by this process; the text is read at once.
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    return folder.isEmpty ? "/tmp" : folder
  }
}
