namespace CloudBackup.Storage;

/// <summary>How long and how often a failing storage is asked again.</summary>
internal sealed record RetryOptions
{
    /// <summary>For trying a site while you wait for the answer.</summary>
    public static RetryOptions Probe { get; } = new() { GiveUpAfter = TimeSpan.FromSeconds(5) };

    /// <summary>The wait before the first retry; it doubles from there, with jitter.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two tries.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After this long without anything moving since the first failure, the next one is final.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The same for answers that are not understood.</summary>
    public TimeSpan GiveUpUnreadableAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A transfer that gets on by less than a few kilobytes in this time is broken.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromMinutes(1);
}
