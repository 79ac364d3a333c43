using CloudBackup.Layout;

namespace CloudBackup.PlatformRestore;

/// <summary>What is at the place of a platform backup.</summary>
internal enum PlatformStanding
{
    /// <summary>A backup that a key opens, or that this platform made.</summary>
    Trusted,

    /// <summary>A backup that anyone can have written.</summary>
    Untrusted,

    /// <summary>A backup that is encrypted or this platform's own, whose record cannot be read.</summary>
    Unreadable,

    /// <summary>Something that anyone can have written, and that is not a backup.</summary>
    Broken,

    /// <summary>A backup that another password may open.</summary>
    Locked,

    /// <summary>What cannot be a backup.</summary>
    Junk,
}

/// <summary>A look at one place.</summary>
/// <param name="Standing">What is there.</param>
/// <param name="Paths">The place.</param>
/// <param name="Platform">The backup, when it can be read.</param>
/// <param name="Failure">Why it cannot be read.</param>
internal sealed record PlatformLook(PlatformStanding Standing, BackupPaths Paths, FoundPlatform? Platform = null, BackupException? Failure = null);

/// <summary>Chooses the newest of platform backups that are looked at from the newest to the oldest.</summary>
internal sealed class PlatformChoice
{
    private PlatformLook? _trusted;
    private PlatformLook? _other;
    private BackupException? _locked;

    /// <summary>A backup newer than the result that may be genuine and cannot be read; null when there is none.</summary>
    public PlatformLook? Unreadable { get; private set; }

    /// <summary>Whether only a trusted backup counts from now on.</summary>
    public bool IsDecided => _other is not null || Unreadable is not null;

    /// <summary>A newer one that was passed over for the trusted one: its id, or the path of one that cannot be read; null when there is none.</summary>
    public string? PassedOver => _trusted is null ? null : _other?.Platform?.Info.Id ?? _other?.Paths.RemotePath;

    /// <summary>Weighs the next one; returns whether the choice is made.</summary>
    /// <exception cref="BackupException">The newest is locked.</exception>
    public bool Add(PlatformLook look)
    {
        switch (look.Standing)
        {
            case PlatformStanding.Trusted:
                _trusted = look;
                break;
            case PlatformStanding.Untrusted or PlatformStanding.Broken:
                _other ??= look;
                break;
            case PlatformStanding.Unreadable:
                Unreadable ??= look;
                break;
            case PlatformStanding.Locked when !IsDecided:
                throw look.Failure!;
            case PlatformStanding.Locked:
                _locked ??= look.Failure;
                break;
        }
        return _trusted is not null;
    }

    /// <summary>The backup; null when there is none.</summary>
    /// <exception cref="BackupException">What is there cannot be read, or no key opens it.</exception>
    public FoundPlatform? Result()
    {
        if (_trusted is null && _locked is not null)
        {
            throw _locked; // a backup that may be trusted is there, and its password is not
        }
        var platform = (_trusted ?? _other)?.Platform;
        return platform is null && (Unreadable ?? _other)?.Failure is { } failure ? throw failure : platform;
    }
}
