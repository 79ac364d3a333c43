namespace CloudBackup;

/// <summary>What trying a site's storage has shown.</summary>
public sealed record SiteTestResult
{
    /// <summary>The site.</summary>
    public required string Name { get; init; }

    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The place.</summary>
    public required string Place { get; init; }

    /// <summary>True when everything that backups need works.</summary>
    public bool IsUsable { get; init; }

    /// <summary>What was tried, in order.</summary>
    public IReadOnlyList<SiteTestStep> Steps { get; init; } = [];

    /// <summary>Bytes that can still be stored; null where the storage does not tell.</summary>
    public long? FreeSpace { get; init; }

    /// <summary>What should be thought about.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Why the site cannot be used; null when it can.</summary>
    public string? Error { get; init; }
}

/// <summary>One thing that was tried.</summary>
/// <param name="Name">What.</param>
/// <param name="Succeeded">Whether it worked.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Detail">What came out, or went wrong.</param>
public sealed record SiteTestStep(string Name, bool Succeeded, TimeSpan Duration, string Detail)
{
    /// <summary>The step in a few words.</summary>
    public override string ToString() => Succeeded ? $"{Name}: ok" : $"{Name}: {Detail}";
}
