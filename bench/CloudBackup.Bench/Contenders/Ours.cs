using System.Reflection;
using CloudBackup.Bench.Engine;
using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>
/// Our own side. Each measured piece of work is a process of its own, so that its start, its processor time and its memory count as those
/// of the others do: once the engine alone, once the whole <c>cloudbackup</c> host with the PowerShell engine in it.
/// </summary>
internal static class Ours
{
    /// <summary>The engine in a bare process.</summary>
    public const string Engine = "cloudbackup";

    /// <summary>The cmdlet in the <c>cloudbackup</c> host.</summary>
    public const string Host = "cloudbackup (cmdlet in host)";

    private const string Location = "bench.example.com";

    /// <summary>The app's data as it lies below the destination of a restore.</summary>
    public const string RestoredData = "data";

    /// <summary>Where <see cref="PrepareAsync"/> puts the storage.</summary>
    public const string Store = "store";

    private const string Home = "home";

    /// <summary>The path of the <c>cloudbackup</c> host that was built with this program.</summary>
    public static string HostPath { get; } = Metadata("HostPath");

    /// <summary>The module that was built with this program.</summary>
    public static string ModulePath { get; } = Path.Join(Metadata("ModulePath"), "CloudBackup.psd1");

    /// <summary>Makes a platform with the data set as its app, and a file system site, in a folder.</summary>
    /// <param name="folder">Gets the folders home and store.</param>
    /// <param name="data">The data set.</param>
    /// <param name="adapt">Changes the site before it is added, such as its storage or its limits; null for none.</param>
    /// <param name="secrets">The site's secrets; null for none.</param>
    public static async Task PrepareAsync(string folder, string data, Func<BackupSite, BackupSite>? adapt = null, SiteSecrets? secrets = null)
    {
        var store = Path.Join(folder, Store);
        Directory.CreateDirectory(store);
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = Path.Join(folder, Home) });
        var site = new BackupSite { Name = "local", Provider = "filesystem", Settings = new FileSystemSettings { Path = store } };
        await engine.Sites.AddAsync(adapt?.Invoke(site) ?? site, secrets ?? SiteSecrets.None, NullObserver.Instance, CancellationToken.None);
        engine.Apps.Register(new BackupApp { Id = Guid.Empty, Location = Location, Version = "1.0.0", DataDirectory = data });
    }

    /// <summary>Backs the app up. The platform in <paramref name="folder"/> must be prepared.</summary>
    public static Command Backup(string folder) => Process("backup", Path.Join(folder, Home), Location);

    /// <summary>The same through the host.</summary>
    public static Command HostBackup(string folder) =>
        HostCommand($"$null = New-AppBackup {Location} -PlatformHome '{Path.Join(folder, Home)}'");

    /// <summary>Restores the app's newest backup to a new folder.</summary>
    public static Command Restore(string folder, string destination) => Process("restore", Path.Join(folder, Home), Location, destination);

    /// <summary>The same through the host.</summary>
    public static Command HostRestore(string folder, string destination) => HostCommand(
        $"$null = Get-AppBackup {Location} -Newest -PlatformHome '{Path.Join(folder, Home)}' | "
        + $"Restore-AppBackup -Destination '{destination}' -PlatformHome '{Path.Join(folder, Home)}'");

    /// <summary>A script in the host.</summary>
    public static Command HostCommand(string script) => new(HostPath, "-Command", script);

    /// <summary>Opens a PowerShell engine as the host does, with or without importing the module, and runs nothing in it.</summary>
    public static Command Import(bool withModule) => Process("import", withModule ? ModulePath : "");

    /// <summary>Encrypts or decrypts a file.</summary>
    public static Command Protect(bool decrypts, string source, string destination) =>
        Process(decrypts ? "unprotect" : "protect", source, destination);

    /// <summary>Encrypts as many bytes as a file has and computes their MAC, on one core, in memory.</summary>
    public static Command RawCipher(string file) => Process("cipher", file);

    /// <summary>Uploads a file to <see cref="Bucket"/> by the storage alone.</summary>
    /// <param name="file">The file.</param>
    /// <param name="url">The server, or a proxy before it.</param>
    public static Command PutObject(string file, string url = Bucket.Url) => Process("s3-put", url, file);

    /// <summary>Writes many small objects to <see cref="Bucket"/>, or copies them there.</summary>
    public static Command ManyObjects(bool copies, string url, int count, int concurrency) =>
        Process(copies ? "s3-copy" : "s3-write", url, $"{count}", $"{concurrency}");

    /// <summary>Weighs backups by a retention policy, several times. Tells its time.</summary>
    public static Command Weigh(int backups, int times) => Process("weigh", $"{backups}", $"{times}");

    /// <summary>Removes objects from a slow S3 server, with so many requests at a time; the kinds are those of <see cref="RemovalWork"/>. Tells its time.</summary>
    public static Command RemoveObjects(int objects, int atATime, string kind) => Process("s3-remove", $"{objects}", $"{atATime}", kind);

    /// <summary>The same by the cmdlet in the host.</summary>
    public static Command HostProtect(bool decrypts, string source, string destination) => HostCommand(
        "$p = [securestring]::new(); 'correct horse'.ToCharArray() | ForEach-Object { $p.AppendChar($_) }; "
        + $"$null = {(decrypts ? "Unprotect" : "Protect")}-BackupFile '{source}' -Destination '{destination}' -Password $p");

    /// <summary>The only archive in a prepared folder's store.</summary>
    public static string ArchiveIn(string folder) =>
        Directory.EnumerateFiles(Path.Join(folder, Store), "*.tar.gz", SearchOption.AllDirectories).Single();

    /// <summary>Engine and host, with everything but the work itself filled in.</summary>
    public static IEnumerable<Contender> Both(Func<Place, Command> engine, Func<Place, Command> host, Func<Contender, Contender> complete) =>
    [
        complete(new Contender { Name = Engine, Measured = engine, IsOurs = true }),
        complete(new Contender { Name = Host, Measured = host, IsOurs = true }),
    ];

    private static Command Process(string action, params string[] arguments) =>
        new(Environment.ProcessPath!, [EngineProcess.Verb, action, .. arguments]);

    private static string Metadata(string key) => Path.GetFullPath(Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!);
}
