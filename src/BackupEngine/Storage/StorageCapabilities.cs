namespace CloudBackup.Storage;

/// <summary>Declared facts about a storage. The engine asks these, never a provider's name.</summary>
internal sealed record StorageCapabilities
{
    /// <summary>False for a storage that throws everything away.</summary>
    public bool KeepsData { get; init; } = true;

    /// <summary>
    /// Whether of several writers that create the same object at the same moment exactly one succeeds, whatever their timing. Where not, the
    /// storage looks before it writes.
    /// </summary>
    public bool CreatesAtomically { get; init; } = true;

    /// <summary>The longest object path in bytes; a storage below a prefix has taken that off.</summary>
    public int LongestPath { get; init; } = 4095;

    /// <summary>The longest part of a path in bytes.</summary>
    public int LongestName { get; init; } = 255;

    /// <summary>False where a name must be valid Unicode; true where it may be any bytes.</summary>
    public bool TakesAnyBytes { get; init; } = true;

    /// <summary>Characters that no name may have; where there are such, no name may end in a dot or a space either.</summary>
    public string ForbiddenCharacters { get; init; } = "";

    /// <summary>True where names that differ only in the case of letters are the same object.</summary>
    public bool IsCaseInsensitive { get; init; }

    /// <summary>Whether the storage keeps a name for itself: no object, and no folder, may be called so.</summary>
    public Func<string, bool> IsReserved { get; init; } = _ => false;

    /// <summary>Uploads at the same time that do the storage good, when the site says nothing.</summary>
    public int UploadConcurrency { get; init; } = 4;

    /// <summary>Downloads at the same time that do the storage good, when the site says nothing.</summary>
    public int DownloadConcurrency { get; init; } = 4;

    /// <summary>Server-side copies at the same time that do the storage good, when the site says nothing.</summary>
    public int CopyConcurrency { get; init; } = 4;

    /// <summary>True where each request costs a round trip, so that many at a time pay off.</summary>
    public bool IsRemote { get; init; }

    /// <summary>
    /// True where the storage limits, paces and repeats its requests by itself, since one call is many of them: nothing around it does so again.
    /// </summary>
    public bool PacesItself { get; init; }
}
