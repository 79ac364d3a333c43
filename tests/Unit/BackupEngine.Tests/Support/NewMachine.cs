using CloudBackup.Storage;

namespace CloudBackup.Tests.Support;

/// <summary>
/// The machine after the first one is lost: another platform home, and nothing where the first one had its data. The storage is all there is.
/// </summary>
internal sealed class NewMachine : IDisposable
{
    private readonly TestPlatform _old;
    private readonly Func<IBackupStorage, IBackupStorage> _intercept;
    private readonly string _version;

    /// <summary>Takes the old machine away: its home, and every folder of its apps.</summary>
    public NewMachine(TestPlatform old, Func<IBackupStorage, IBackupStorage>? intercept = null, string? version = null)
    {
        _old = old;
        _version = version ?? old.Engine.Platform.Get().Version;
        _intercept = intercept ?? (storage => storage);
        BackupId = old.Engine.PlatformBackups.List().FirstOrDefault(backup => backup.State == BackupState.Ready)?.Id;
        var folders = old.Engine.Apps.List().Select(app => app.DataDirectory).Concat(old.Engine.Platform.Get().ExtraDirectory).Distinct().ToList();
        Before = folders.ToDictionary(folder => folder, folder => Tree.Describe(folder));
        ConfigFile = old.Folder["site.json"];
        if (!File.Exists(ConfigFile))
        {
            old.Engine.Sites.Export(null, null, ConfigFile, mayReplace: false);
        }
        old.Engine.Dispose();
        folders.Append(old.Folder["home"]).ToList().ForEach(folder => Directory.Move(folder, folder + ".lost"));
        Engine = Open();
    }

    public BackupEngine Engine { get; private set; }

    public string Home => _old.Folder["home2"];

    public string ConfigFile { get; set; }

    /// <summary>The newest platform backup of the old machine.</summary>
    public string? BackupId { get; }

    /// <summary>What was in each folder of the old machine.</summary>
    public IReadOnlyDictionary<string, List<string>> Before { get; }

    public TestObserver Observer { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Looks at what a restore would do.</summary>
    public async Task<PlatformRestoreResult> PreviewAsync(Func<PlatformRestoreOptions, PlatformRestoreOptions>? with = null)
    {
        using var plan = await Engine.PlatformRestore.PlanAsync(Options(with), Observer, Token);
        return plan.Preview;
    }

    /// <summary>Restores the platform.</summary>
    public async Task<PlatformRestoreResult> RestoreAsync(Func<PlatformRestoreOptions, PlatformRestoreOptions>? with = null, CancellationToken? token = null)
    {
        using var plan = await Engine.PlatformRestore.PlanAsync(Options(with), Observer, token ?? Token);
        return await Engine.PlatformRestore.RunAsync(plan, Observer, token ?? Token);
    }

    /// <summary>Restores, which must be refused or fail, and returns the failure's id.</summary>
    public async Task<string> FailAsync(Func<PlatformRestoreOptions, PlatformRestoreOptions>? with = null) =>
        (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(with))).ErrorId;

    /// <summary>Every folder of the old machine is here, to the last attribute.</summary>
    public void AssertAllIsBack() => Assert.All(Before, folder => Assert.Equal(folder.Value, Tree.Describe(folder.Key)));

    /// <summary>Nothing of the platform was touched.</summary>
    public void AssertUntouched()
    {
        Assert.All(Before.Keys, folder => Assert.False(Directory.Exists(folder), folder));
        Assert.Empty(Engine.Apps.List());
        Assert.Empty(Engine.Sites.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(Home, "secrets")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(Home, "tmp")));
    }

    /// <summary>Closes the engine and opens the platform again, as another process would.</summary>
    public void Reopen()
    {
        Engine.Dispose();
        Engine = Open();
    }

    public void Dispose() => Engine.Dispose();

    private PlatformRestoreOptions Options(Func<PlatformRestoreOptions, PlatformRestoreOptions>? with)
    {
        var options = new PlatformRestoreOptions { ConfigFile = ConfigFile, Secrets = SiteSecrets.None, AllowCommand = true };
        return with?.Invoke(options) ?? options;
    }

    private BackupEngine Open() =>
        BackupEngine.Open(new BackupEngineOptions { PlatformHome = Home, InterceptStorage = _intercept, Version = _version });
}
