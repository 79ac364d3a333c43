namespace CloudBackup.Storage;

/// <summary>What a listing says of one object, or of a folder that holds objects.</summary>
/// <param name="Path">The path below the site's place, parts separated by slashes.</param>
/// <param name="Size">Bytes; 0 for a folder.</param>
/// <param name="Modified">When it was written, or the folder was changed, as the storage tells; null where it does not.</param>
/// <param name="IsFolder">True for a folder, which only non-recursive listings return.</param>
internal sealed record StoredObject(string Path, long Size, DateTimeOffset? Modified, bool IsFolder = false)
{
    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
