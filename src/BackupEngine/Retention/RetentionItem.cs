namespace CloudBackup.Retention;

/// <summary>What retention needs to know of one backup.</summary>
internal sealed record RetentionItem
{
    /// <summary>The backup's id.</summary>
    public required string Id { get; init; }

    /// <summary>Whose backup it is.</summary>
    public required BackupOwner Owner { get; init; }

    /// <summary>When its run started.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>A moment after an earlier backup with a later time stamp; see <see cref="NewestBackup"/>.</summary>
    public DateTimeOffset? MadeAfter { get; init; }

    /// <summary>The same for others, which count where that one's time is wrong.</summary>
    public IReadOnlyList<DateTimeOffset>? MadeAfterAlso { get; init; }

    /// <summary>Its state.</summary>
    public required BackupState State { get; init; }

    /// <summary>For a backup that is being created: whether its run lives.</summary>
    public bool IsRunLive { get; init; }

    /// <summary>False when some of what it should have in the storage is missing: it is then worth no more than a Partial one.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>False for a backup that anyone who can write to the storage can have written: it takes no place of a trusted one.</summary>
    public bool IsTrusted { get; init; } = true;

    /// <summary>
    /// True for one that is not trusted, and that the catalog of a restored platform knew: those that were found later take no place of it.
    /// </summary>
    public bool IsMatched { get; init; }

    /// <summary>True for a backup of another platform that uses the same place: none of ours to remove.</summary>
    public bool IsForeign { get; init; }

    /// <summary>It is left alone until then.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }

    /// <summary>The ids of the backups that it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];
}

/// <summary>A platform backup that stays, and the backups that it depends on.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsTrusted">Anyone can have written one that is not trusted: it holds only its like.</param>
/// <param name="DependsOn">The ids of the backups that it depends on.</param>
internal sealed record RetentionHolder(string Id, bool IsTrusted, IReadOnlyList<string> DependsOn);

/// <summary>What retention says of one backup.</summary>
/// <param name="Item">The backup.</param>
/// <param name="IsKept">Whether it stays.</param>
/// <param name="Reasons">Why; never empty. See <see cref="RetentionReasons"/>.</param>
internal sealed record RetentionVerdict(RetentionItem Item, bool IsKept, IReadOnlyList<string> Reasons);

/// <summary>What backups are weighed with.</summary>
internal sealed record RetentionRules
{
    /// <summary>A backup with a time stamp this much later than now is taken to be from a clock that was wrong.</summary>
    public TimeSpan ClockTolerance { get; init; } = NewestBackup.ClockTolerance;

    /// <summary>The policy.</summary>
    public required RetentionPolicy Policy { get; init; }

    /// <summary>Where hours, days, weeks, months and years begin.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>The time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The apps that are registered: their latest backup is never given away.</summary>
    public required IReadOnlySet<Guid> RegisteredApps { get; init; }
}
