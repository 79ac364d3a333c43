using CloudBackup.Platform;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;

namespace CloudBackup.Tests.Support;

/// <summary>A platform with one filesystem site and one app, in a folder of its own.</summary>
internal sealed class TestPlatform : IDisposable
{
    public const string Location = "wiki.example.com";

    private readonly Func<IBackupStorage, IBackupStorage> _intercept;
    private readonly TimeProvider _time;
    private readonly RetryOptions _retry;

    public TestPlatform(Func<IBackupStorage, IBackupStorage>? intercept = null, RetryOptions? retry = null, TimeProvider? time = null, string? root = null)
    {
        Folder = new TempFolder(root);
        _intercept = intercept ?? (storage => storage);
        _retry = retry ?? new RetryOptions();
        _time = time ?? TimeProvider.System;
        Folder.Make("site");
        Folder.Make("data");
        Engine = Open();
    }

    public TempFolder Folder { get; }

    public BackupEngine Engine { get; private set; }

    public TestObserver Observer { get; } = new();

    /// <summary>The version of CloudBackup that this is, from the next <see cref="Reopen"/> on.</summary>
    public string? Version { get; init; }

    /// <summary>The schema of the catalog, from the next <see cref="Reopen"/> on.</summary>
    public int? Schema { get; init; }

    public string Data => Folder["data"];

    public string SitePath => Folder["site"];

    /// <summary>A platform whose storage a test can make fail.</summary>
    public static TestPlatform WithFaults(out Func<FaultyStorage> faults, TimeProvider? time = null)
    {
        FaultyStorage? faulty = null;
        Action<int, string, string>? before = null;
        Action<string, string>? after = null;
        Action<string, long>? whileReading = null;
        var platform = new TestPlatform(storage =>
        {
            // A new storage is opened for each operation; the faults stay.
            (before, after, whileReading) = (faulty?.Before, faulty?.After, faulty?.WhileReading);
            return faulty = new FaultyStorage(storage) { Before = before, After = after, WhileReading = whileReading };
        }, time: time);
        faults = () => faulty!;
        return platform;
    }

    public async Task<TestPlatform> SetUpAsync(Func<BackupApp, BackupApp>? app = null, Func<BackupSite, BackupSite>? site = null, SiteSecrets? secrets = null)
    {
        var settings = new FileSystemSettings { Path = SitePath, ExternalDisk = true };
        var wanted = new BackupSite { Name = "local", Provider = "filesystem", Settings = settings };
        await Engine.Sites.AddAsync(site?.Invoke(wanted) ?? wanted, secrets ?? SiteSecrets.None, Observer, TestContext.Current.CancellationToken);
        var registered = new BackupApp { Id = Guid.Empty, Location = Location, Version = "1.2.0", PackageName = "wiki", DataDirectory = Data };
        Engine.Apps.Register(app?.Invoke(registered) ?? registered);
        return this;
    }

    public async Task<AppBackup> BackUpAsync(AppBackupOptions? options = null, CancellationToken? token = null) =>
        (await Engine.AppBackups.CreateAsync(Location, options ?? new AppBackupOptions(), Observer, token ?? TestContext.Current.CancellationToken))!;

    /// <summary>Registers another app, with a data directory of its own that holds some files.</summary>
    public BackupApp AddApp(string location, Func<BackupApp, BackupApp>? app = null, int files = 5)
    {
        var data = Folder.Make($"apps/{location}");
        SampleTree.MakeSmall(data, new SeededRandom(location.Length), files);
        var wanted = new BackupApp { Id = Guid.Empty, Location = location, Version = "3.1", PackageName = "sample", DataDirectory = data };
        return Engine.Apps.Register(app?.Invoke(wanted) ?? wanted);
    }

    public async Task<PlatformBackup> BackUpPlatformAsync(PlatformBackupOptions? options = null) =>
        (await Engine.PlatformBackups.CreateAsync(options ?? new PlatformBackupOptions(), Observer, TestContext.Current.CancellationToken))!;

    /// <summary>Restores a backup in place, without a safety backup.</summary>
    public Task<BackupApp> RestoreAsync(string id, CancellationToken? token = null) =>
        Engine.AppBackups.RestoreAsync(id, new AppRestoreOptions { SkipSafetyBackup = true }, Observer, token ?? TestContext.Current.CancellationToken);

    /// <summary>Closes the engine and opens the platform again, as another process would.</summary>
    public void Reopen()
    {
        Engine.Dispose();
        Engine = Open();
    }

    /// <summary>The paths of all files in the site's storage.</summary>
    public List<string> StoredFiles() =>
    [
        .. Directory.EnumerateFiles(SitePath, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(SitePath, path)).Order(StringComparer.Ordinal),
    ];

    public void Dispose()
    {
        Engine.Dispose();
        Folder.Dispose();
    }

    /// <summary>Opens a platform with another home: another machine.</summary>
    public BackupEngine Open(string home = "home") => BackupEngine.Open(OptionsFor(home));

    /// <summary>Opens what the parts of an engine stand on, beside the engine.</summary>
    public EngineContext OpenContext() => BackupEngine.OpenContext(OptionsFor("home"));

    private BackupEngineOptions OptionsFor(string home)
    {
        var options = new BackupEngineOptions { PlatformHome = Folder[home], InterceptStorage = _intercept, Retry = _retry, Time = _time };
        return options with { Version = Version ?? options.Version, Schema = Schema ?? options.Schema };
    }
}
