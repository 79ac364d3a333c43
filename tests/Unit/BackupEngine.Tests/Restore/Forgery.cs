using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Source;

namespace CloudBackup.Tests.Restore;

/// <summary>What a forger changes.</summary>
internal enum ForgeryKind
{
    Duplicate,
    Remove,
    Move,
    Path,
    Kind,
    HardLink,
    SymbolicLink,
    Mode,
    IndexSize,
    Hash,
    Incomplete,
    Unstored,
    Time,
    Attribute,
    Sparse,
    Counts,
    Partial,
    Record,
    Config,
    Addon,
    HugeSizes,
    Append,
}

/// <summary>One forgery.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Which">Which entry.</param>
/// <param name="At">Which value.</param>
internal sealed record Forgery(ForgeryKind Kind, int Which, int At)
{
    private static readonly string[] Paths =
    [
        "/abs", "../x", "data/../x", "data/./x", "data//x", "data/x/", ".cloudbackup-x", "data/.cloudbackup-x", "config.json", "config.json/x",
        "data/" + new string('y', 256), "data/" + new string('y', 255), "data/" + new string('é', 128), "data/a\0b", "fsmetadata.json", "sqlite",
        "sqlite/data/a", "data", "data/a", "data/a/b", "other/x", "data/" + string.Join('/', Enumerable.Repeat("d", 200)), "-x", "data/\\x", " ",
    ];

    private static readonly string[] Targets = ["none", "data", "data/a", "../../etc/passwd", "/etc/passwd", "data/./a", "config.json", new('t', 4096), new('t', 4095), "a\0b", "."];

    private static readonly BackupAddon[] Addons =
    [
        .. new[] { "data/a", "data/a/b", "data/none", "data/new/deep/x", "../x", "data/..", "data", "data/a\0b", "", "data/a" }
            .Select(path => new BackupAddon { Type = AddonType.Sqlite, Path = path }),
        new() { Type = (AddonType)77, Path = "data/a" },
        new() { Type = AddonType.Sqlite },
    ];

    /// <summary>A file, folder or link.</summary>
    public static ForgedEntry Entry(string path, EntryKind kind, int size = 0, string? target = null) => new(
        new EntryFacts
        {
            Path = path,
            Kind = kind,
            Mode = kind == EntryKind.Directory ? 0x1ED : 0x1A4,
            Size = kind == EntryKind.File ? size : 0,
            LinkTarget = target,
            Modified = new UnixTime(1_700_000_000, 7),
        },
        kind == EntryKind.File ? new byte[size] : []);

    /// <summary>Changes the backup.</summary>
    public void Apply(ForgedBackup backup)
    {
        var entries = backup.Entries;
        if (entries.Count == 0)
        {
            return;
        }
        var at = Which % entries.Count;
        var other = entries[At % entries.Count];
        switch (Kind)
        {
            case ForgeryKind.Duplicate:
                entries.Insert(At % (entries.Count + 1), entries[at]);
                break;
            case ForgeryKind.Remove:
                entries.RemoveAt(at);
                break;
            case ForgeryKind.Move:
                entries.Reverse(at, Math.Min(2, entries.Count - at));
                break;
            case ForgeryKind.Append:
                entries.Add(Entry(Paths[At % Paths.Length], (EntryKind)(Which % 2), Which % 3));
                break;
            case ForgeryKind.Kind:
                entries[at] = Entry(entries[at].Header.Path, entries[at].Header.Kind == EntryKind.File ? EntryKind.Directory : EntryKind.File, 3);
                break;
            case ForgeryKind.HardLink:
                entries[at] = Entry(entries[at].Header.Path, EntryKind.HardLink, 0, At % 2 == 0 ? other.Header.Path : Targets[At % Targets.Length]);
                break;
            case ForgeryKind.SymbolicLink:
                entries[at] = Entry(entries[at].Header.Path, EntryKind.SymbolicLink, 0, Targets[At % Targets.Length]);
                break;
            case ForgeryKind.Unstored:
                entries[at] = entries[at] with { IsStored = false };
                break;
            case ForgeryKind.HugeSizes:
                // Together they are what they were.
                entries.Add(Huge("data/zz1", long.MaxValue));
                entries.Add(Huge("data/zz2", long.MaxValue));
                entries.Add(Huge("data/zz3", 2));
                break;
            default:
                ApplyToFacts(backup, at);
                break;
        }
    }

    private static ForgedEntry Huge(string path, long size) => Entry(path, EntryKind.File) with { Index = entry => entry with { Facts = entry.Facts with { Size = size } } };

    private void ApplyToFacts(ForgedBackup backup, int at)
    {
        var (entry, wrong) = (backup.Entries[at], (At % 5) - 2);
        var header = entry.Header;
        backup.Entries[at] = Kind switch
        {
            ForgeryKind.Path => entry with { Header = header with { Path = Paths[At % Paths.Length] } },
            ForgeryKind.Mode => entry with { Header = header with { Mode = At % 4096, UserId = At % 3 == 0 ? uint.MaxValue : 0 } },
            ForgeryKind.IndexSize => entry with { Index = line => line with { Facts = line.Facts with { Size = Math.Max(0, line.Size + wrong) } } },
            ForgeryKind.Hash => entry with { Index = line => line with { Sha256 = At % 2 == 0 ? null : new byte[32] } },
            ForgeryKind.Incomplete => entry with { Index = line => line with { IsIncomplete = true } },
            ForgeryKind.Time => entry with { Header = header with { Modified = new UnixTime(At % 2 == 0 ? long.MaxValue : -1L << 40, 999_999_999) } },
            ForgeryKind.Sparse => entry with { Index = line => line with { IsSparse = true } },
            ForgeryKind.Attribute => entry with { Header = header with { Attributes = [MakeAttribute()] } },
            _ => entry,
        };
        var (record, config) = (backup.Record, backup.Config);
        backup.Record = Kind switch
        {
            ForgeryKind.Counts => info => ForgeCounts(record(info), wrong),
            ForgeryKind.Partial or ForgeryKind.Incomplete when At % 3 > 0 => info => record(info) with { State = BackupState.Partial },
            ForgeryKind.Record => info => ForgeRecord(record(info)),
            _ => record,
        };
        backup.Config = Kind switch
        {
            ForgeryKind.Config => app => ForgeConfig(config(app)),
            ForgeryKind.Addon => app => config(app) with { Addons = [.. config(app).Addons, Addons[At % Addons.Length]] },
            _ => config,
        };
    }

    private ExtendedAttribute MakeAttribute() => (At % 6) switch
    {
        0 => new ExtendedAttribute("user.a", new byte[70_000]),
        1 => new ExtendedAttribute("user." + new string('n', 300), [1]),
        2 => new ExtendedAttribute("system.posix_acl_access", [1, 2, 3]),
        3 => new ExtendedAttribute("security.capability", [1]),
        4 => new ExtendedAttribute("nothing", [1]),
        _ => new ExtendedAttribute("user.b", []),
    };

    private BackupInfo ForgeCounts(BackupInfo info, int wrong) => (Which % 5) switch
    {
        0 => info with { FileCount = info.FileCount + wrong },
        1 => info with { SourceSize = info.SourceSize + wrong },
        2 => info with { AllocatedSize = 1L << 60 },
        3 => info with { Archive = info.Archive is { } archive ? archive with { Members = archive.Members + wrong } : null },
        _ => info with { Objects = info.Objects is { } objects ? objects with { Count = objects.Count + wrong } : null },
    };

    private BackupInfo ForgeRecord(BackupInfo info) => (At % 6) switch
    {
        0 => info with { PackageName = "other" },
        1 => info with { Index = info.Index with { MembersOffset = Math.Max(0, info.Index.MembersOffset - 1) } },
        2 => info with { Index = info.Index with { Mac = null } },
        3 => info with { Index = info.Index with { Mac = new string('0', 64) } },
        4 => info with { Label = new string('x', 1000), Missing = [new MissingItem("data/a", "x")] },
        _ => info with { Encryption = info.Encryption is { } facts ? facts with { Names = !facts.Names } : null },
    };

    private AppConfig ForgeConfig(AppConfig config) => (At % 7) switch
    {
        0 => config with { Id = Guid.Empty },
        1 => config with { Version = "2" },
        2 => config with { Location = "other.example.com" },
        3 => config with { ConfigVersion = 2 },
        4 => config with { DataDirectory = "../..", Exclude = ["[", "**"] },
        5 => config with { Undumped = [Addons[Which % Addons.Length]] },
        _ => config with { Location = config.Location.ToUpperInvariant() },
    };
}
