namespace CloudBackup.Storage.S3;

/// <summary>What one kind of S3 store can do and wants: facts, no code. The values here are those of the protocol itself.</summary>
internal sealed record S3Profile
{
    /// <summary>Every part but the last has at least this many bytes.</summary>
    public const long SmallestPart = 5L * 1024 * 1024;

    /// <summary>The most that one request of the protocol copies or stores.</summary>
    public const long LargestRequest = 5L * 1024 * 1024 * 1024;

    /// <summary>The provider's name, as users give it.</summary>
    public required string Name { get; init; }

    /// <summary>The name that its maker gives it.</summary>
    public required string Title { get; init; }

    /// <summary>The address, with <c>{region}</c> in it; null where each customer has one of their own.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The regions, for completion; others can be named too.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>The region that requests are signed for when the user names none; null where one must be named.</summary>
    public string? DefaultRegion { get; init; }

    /// <summary>True when the bucket is part of the host's name, false when it is part of the path.</summary>
    public bool HasVirtualHosts { get; init; }

    /// <summary>Whether requests carry the SDK's checksums by default; most stores but Amazon's refuse what they do not know.</summary>
    public bool HasChecksums { get; init; }

    /// <summary>Whether a certificate of one's own may be accepted unseen: for stores that run on one's own machines.</summary>
    public bool CanBeSelfSigned { get; init; }

    /// <summary>Whether keys can come from the environment, a profile or the machine's role.</summary>
    public bool HasDefaultCredentials { get; init; }

    /// <summary>The version of the list request, 1 or 2.</summary>
    public int ListVersion { get; init; } = 2;

    /// <summary>Whether the store writes keys in listings as in addresses when asked to, so that any character passes.</summary>
    public bool EncodesListings { get; init; } = true;

    /// <summary>The longest part of a key, between two slashes, in bytes; that of the key itself where only that counts.</summary>
    public int LongestName { get; init; } = 1024;

    /// <summary>Objects longer than this are copied in parts.</summary>
    public long LargestCopy { get; init; } = LargestRequest;

    /// <summary>The length of the parts of a copy.</summary>
    public long CopyPart { get; init; } = 1024L * 1024 * 1024;

    /// <summary>The most parts of an object.</summary>
    public int MostParts { get; init; } = 10_000;

    /// <summary>The longest part of an object, and the longest object that goes up in one request.</summary>
    public long LargestPart { get; init; } = LargestRequest;

    /// <summary>The longest object; null where the parts alone set a limit.</summary>
    public long? LargestObject { get; init; }

    /// <summary>Whether all parts of an object but the last must be of one length.</summary>
    public bool NeedsEqualParts { get; init; }

    /// <summary>The most keys in one bulk delete request.</summary>
    public int KeysPerDelete { get; init; } = 1000;

    /// <summary>Requests of one upload, and objects, that are sent at a time.</summary>
    public int UploadConcurrency { get; init; } = 10;

    /// <summary>Requests that are received at a time.</summary>
    public int DownloadConcurrency { get; init; } = 10;

    /// <summary>Copies at a time.</summary>
    public int CopyConcurrency { get; init; } = 10;

    /// <summary>Requests a second that the store allows; null for no number.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Whether a plain upload can be refused by the store itself when there is such an object (<c>If-None-Match</c>).</summary>
    public bool CanCreateNew { get; init; }

    /// <summary>Whether the end of an upload in parts can be refused so.</summary>
    public bool CanCompleteNew { get; init; }

    /// <summary>The address for a region.</summary>
    public string? EndpointFor(string? region) => Endpoint?.Replace("{region}", region, StringComparison.Ordinal);
}
