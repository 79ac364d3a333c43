namespace CloudBackup;

/// <summary>Something of the source that a <see cref="BackupState.Partial"/> backup does not hold, or holds damaged as it was.</summary>
/// <param name="Path">The path inside the backup.</param>
/// <param name="Reason">Why it could not be read, or how it is damaged.</param>
public sealed record MissingItem(string Path, string Reason)
{
    /// <summary>Path and reason.</summary>
    public override string ToString() => $"{Path}: {Reason}";
}
