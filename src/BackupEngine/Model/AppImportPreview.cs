namespace CloudBackup;

/// <summary>What an import would bring that is not trusted.</summary>
/// <param name="Doubt">Why the backup is not trusted and what to check; null when it is trusted, or is not a backup.</param>
/// <param name="UntrustedCommands">The commands that a new app would get from it, one text each.</param>
public sealed record AppImportPreview(string? Doubt, IReadOnlyList<string> UntrustedCommands);
