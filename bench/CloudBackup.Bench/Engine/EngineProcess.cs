using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;
using System.Security.Cryptography;
using CloudBackup.Protection;

namespace CloudBackup.Bench.Engine;

/// <summary>What this program does when it is started to be measured: one piece of work, and nothing else.</summary>
internal static class EngineProcess
{
    /// <summary>The first argument of such a process.</summary>
    public const string Verb = "engine";

    private const int CipherChunk = 16 * 1024;

    /// <summary>Does the work that the first argument names, with the other arguments.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["backup", var home, var location]:
                await BackupAsync(home, location);
                return 0;
            case ["restore", var home, var location, var destination]:
                await RestoreAsync(home, location, destination);
                return 0;
            case ["protect" or "unprotect", var source, var destination]:
                await ProtectAsync(arguments[0] == "unprotect", source, destination);
                return 0;
            case ["cipher", var file]:
                RunCipher(new FileInfo(file).Length);
                return 0;
            case ["s3-put", var url, var file]:
                await StorageProcess.PutAsync(url, file);
                return 0;
            case ["s3-write", var url, var count, var concurrency]:
                await StorageProcess.WriteManyAsync(url, Number(count), Number(concurrency));
                return 0;
            case ["s3-copy", var url, var count, var concurrency]:
                await StorageProcess.CopyManyAsync(url, Number(count), Number(concurrency));
                return 0;
            case ["weigh", var count, var times]:
                Tell(RetentionWork.Run(Number(count), Number(times)));
                return 0;
            case ["s3-remove", var count, var atATime, var kind]:
                Tell(await RemovalWork.RunAsync(Number(count), Number(atATime), kind));
                return 0;
            case ["import", var module]:
                Import(module);
                return 0;
            default:
                throw new OptionException($"Not for people: {string.Join(' ', arguments)}");
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Tell(TimeSpan time) => Console.WriteLine(time.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));

    private static async Task BackupAsync(string home, string location)
    {
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = home });
        await engine.AppBackups.CreateAsync(location, new AppBackupOptions(), NullObserver.Instance, CancellationToken.None);
    }

    private static async Task RestoreAsync(string home, string location, string destination)
    {
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = home });
        var backup = engine.AppBackups.List(location)[0];
        await engine.AppBackups.RestoreToAsync(backup.Id, destination, NullObserver.Instance, CancellationToken.None);
    }

    private static async Task ProtectAsync(bool decrypts, string source, string destination)
    {
        using var password = new SecureString();
        "correct horse".ToList().ForEach(password.AppendChar);
        using var protection = new FileProtection(password, TimeProvider.System);
        await (decrypts
            ? protection.UnprotectAsync(source, destination, false, NullObserver.Instance, CancellationToken.None)
            : protection.ProtectAsync(source, destination, false, NullObserver.Instance, CancellationToken.None));
    }

    /// <summary>What OpenSSL, below .NET, does on one core: the numbers of <c>openssl speed</c> as work of a known length.</summary>
    private static void RunCipher(long length)
    {
        var (plain, cipher) = (new byte[CipherChunk], new byte[CipherChunk]);
        using var aes = Aes.Create();
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, aes.Key);
        for (long done = 0; done < length; done += CipherChunk)
        {
            aes.EncryptCbc(plain, aes.IV, cipher, PaddingMode.None);
            mac.AppendData(cipher);
        }
    }

    /// <summary>As BackupHost does it. Without a module a command of the engine's own runs, so that both cases run one pipeline each.</summary>
    private static void Import(string module)
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        if (module.Length > 0)
        {
            shell.AddCommand("Import-Module").AddParameter("Name", module);
        }
        else
        {
            shell.AddCommand("Get-Module");
        }
        shell.Invoke();
        if (shell.HadErrors)
        {
            throw new BenchException(shell.Streams.Error[0].ToString());
        }
    }
}
