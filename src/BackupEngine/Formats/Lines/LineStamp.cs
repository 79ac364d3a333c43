namespace CloudBackup.Formats.Lines;

/// <summary>What a file of lines is about: it is only good for exactly that.</summary>
/// <param name="Token">The state of the snapshot that it describes, or was made for; empty for a file that only one run reads.</param>
/// <param name="KeyId">The keys that the objects are encrypted with; empty for none.</param>
/// <param name="EncryptsNames">Whether their names are encrypted too.</param>
internal sealed record LineStamp(string Token, string KeyId, bool EncryptsNames)
{
    /// <summary>The length of a token.</summary>
    public const int TokenLength = 32;

    /// <summary>That of a file which is read by the run that wrote it.</summary>
    public static LineStamp None { get; } = new("", "", false);

    /// <summary>Whether objects of both have the same form.</summary>
    public bool HasFormOf(LineStamp other) => KeyId == other.KeyId && EncryptsNames == other.EncryptsNames;
}
