namespace CloudBackup;

/// <summary>Something of the source that a <see cref="BackupState.Partial"/> backup does not hold.</summary>
/// <param name="Path">The path inside the backup.</param>
/// <param name="Reason">Why it could not be read.</param>
public sealed record MissingItem(string Path, string Reason)
{
    /// <summary>Path and reason.</summary>
    public override string ToString() => $"{Path}: {Reason}";
}
