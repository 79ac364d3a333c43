namespace CloudBackup.Encryption;

/// <summary>
/// The bytes were not encrypted with these keys, or were changed since: the two cannot be told apart, and nothing of the content may be used.
/// </summary>
internal sealed class WrongPasswordOrDamagedException(string reason) : Exception(reason);
