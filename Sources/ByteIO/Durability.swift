/// How sure a save makes that its bytes have reached the disk, before it returns.
///
/// A program that crashes, or is killed, loses nothing at any level: a file appears whole or not at all, and what it
/// replaces stays until then. The levels differ in what is there after the *system* has stopped, by a power failure or a
/// crash of the kernel:
///
/// | | replaced file | new file |
/// | --- | --- | --- |
/// | ``none`` | the old, the new, or one that is empty or has holes | there, or not, or with bytes missing |
/// | ``consistent`` | the old or the new one, whole | there, or not, or with bytes missing |
/// | ``durable`` | the new one, once the save has returned | there and whole, once the save has returned |
///
/// NumPy, PyTorch and safetensors write as ``none`` does, and in place, so that a crash of the program also loses the
/// file. Cost on an SSD with ext4: ``none`` as writing in place; ``consistent`` the same for a new file, and about a
/// millisecond more for one that is replaced; ``durable`` about two milliseconds more for each file, and the time that
/// the disk takes for the bytes.
public enum Durability: Sendable, Hashable, CaseIterable {
  /// Nothing is waited for.
  case none
  /// The bytes of a file that replaces another are on disk before it takes its name, so that what was there is never lost.
  /// A new name has nothing to lose, and is not waited for. The default.
  case consistent
  /// The bytes, and the name in its folder, are on disk before the save returns.
  case durable
}
