namespace CloudBackup;

/// <summary>A folder whose content was not removed when other content took its place.</summary>
/// <param name="Path">The folder.</param>
/// <param name="KeptPath">Where what was in it is now.</param>
public sealed record KeptFolder(string Path, string KeptPath)
{
    /// <summary>Both, in one line.</summary>
    public override string ToString() => $"{Path}: {KeptPath}";
}
