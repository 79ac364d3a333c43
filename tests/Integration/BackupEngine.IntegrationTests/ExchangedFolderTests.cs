using System.Diagnostics;
using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>
/// The superuser restores while the app's user, who owns the folder around, exchanges every name in it for a link to a folder of the superuser's,
/// or for that folder itself. Restores may fail; that folder never changes (I6).
/// </summary>
public sealed class ExchangedFolderTests : IDisposable
{
    private const uint AppUser = 65534;
    private const int Rounds = 40;

    /// <summary>Until it is killed: hides an entry, puts something else under its name for a moment, and takes that back.</summary>
    private const string Attacker =
        """
        import os, random, sys, time
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        around, victim, own = sys.argv[1:4]
        print('ready', flush=True)
        while True:
            for name in os.listdir(around):
                path = around + '/' + name
                if name.startswith('.hold') or path == own:
                    continue
                hold = '%s/.hold%d' % (around, random.randrange(1 << 30))
                try:
                    os.rename(path, hold)
                    other = random.random() < .3
                    os.rename(own, path) if other else os.symlink(victim, path)
                    time.sleep(random.random() * .002)
                    os.rename(path, own) if other else os.unlink(path)
                    os.rename(hold, path)
                except OSError:
                    for back, to in ((hold, path), (path, own)):
                        try:
                            if back != path or (os.path.isdir(path) and not os.path.exists(own)): os.rename(back, to)
                        except OSError: pass
                time.sleep(random.random() * .006)
        """;

    private readonly TestPlatform _platform = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Around => _platform.Folder["app"];

    private string Data => _platform.Folder["app/v"];

    private string Victim => _platform.Folder["victim"];

    /// <summary>The superuser's, inside what the app's user owns: that user can rename it, and neither read nor empty it.</summary>
    private string Inner => _platform.Folder["app/.inner"];

    public void Dispose() => _platform.Dispose();

    [Theory]
    [InlineData(BackupFormat.Tgz, true)]
    [InlineData(BackupFormat.Rsync, true)]
    [InlineData(BackupFormat.Tgz, false)]
    [InlineData(BackupFormat.Rsync, false)]
    public async Task No_exchange_of_names_diverts_a_restore_I6(BackupFormat format, bool isInPlace)
    {
        Tools.NeedRoot();
        Tools.Need("python3");
        await PrepareAsync(format);
        var backup = await _platform.BackUpAsync();
        var before = Owner.Describe(Victim);
        for (var round = 0; round < Rounds; round++)
        {
            using (var attack = StartAttack())
            {
                try
                {
                    await RestoreAsync(backup, isInPlace);
                }
                catch (BackupException)
                {
                    // Refused, or undone.
                }
                attack.Kill();
                await attack.WaitForExitAsync(Token);
            }
            Assert.Equal(before, Owner.Describe(Victim));
            Assert.Equal("secret", await File.ReadAllTextAsync(Path.Join(Victim, "sentinel"), Token));
            Repair();
        }
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(200, Directory.GetFiles(Path.Join(Data, "sub")).Length);
    }

    private async Task PrepareAsync(BackupFormat format)
    {
        foreach (var folder in (string[])[Victim, Inner])
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync(Path.Join(folder, "sentinel"), "secret", Token);
        }
        for (var number = 0; number < 200; number++)
        {
            _platform.Folder.Write($"app/v/sub/{number}", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        foreach (var path in (string[])[.. Directory.GetFiles(Path.Join(Data, "sub")), Path.Join(Data, "sub"), Data, Around])
        {
            Owner.Set(path, AppUser, AppUser);
        }
        foreach (var path in (string[])[_platform.Folder.Path, Around])
        {
            File.SetUnixFileMode(path, (UnixFileMode)0x1ED); // 0755
        }
        await _platform.SetUpAsync(app => app with { DataDirectory = Data }, site => site with { Format = format });
    }

    private Task RestoreAsync(AppBackup backup, bool isInPlace) => isInPlace
        ? _platform.Engine.AppBackups.RestoreAsync(backup.Id, new AppRestoreOptions { SkipSafetyBackup = true }, _platform.Observer, Token)
        : _platform.Engine.AppBackups.RestoreToAsync(backup.Id, Path.Join(Around, "out"), _platform.Observer, Token);

    private Process StartAttack()
    {
        var start = new ProcessStartInfo("python3", ["-c", Attacker, Around, Victim, Inner]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        return process;
    }

    /// <summary>All that the superuser had there is there still; then everything is as before the attack.</summary>
    private void Repair()
    {
        var entries = Directory.GetFileSystemEntries(Around);
        var inner = Assert.Single(entries, path => IsInner(path));
        Assert.Equal("secret", File.ReadAllText(Path.Join(inner, "sentinel")));
        Directory.Move(inner, Around + ".inner");
        var data = Directory.GetFileSystemEntries(Around).FirstOrDefault(path => new FileInfo(path).LinkTarget is null && Directory.Exists(Path.Join(path, "sub")));
        Assert.NotNull(data);
        Directory.Move(data, Around + ".data");
        foreach (var path in Directory.GetFileSystemEntries(Around))
        {
            using var around = LocalFileSystem.Open(Around);
            TreeRemoval.Remove(around, Path.GetFileName(path));
        }
        Directory.Move(Around + ".inner", Inner);
        Directory.Move(Around + ".data", Data);
        _platform.Engine.Apps.Update(_platform.Engine.Apps.Get(TestPlatform.Location), confirmDataDirectory: true);
    }

    private static bool IsInner(string path) => new FileInfo(path).LinkTarget is null && File.Exists(Path.Join(path, "sentinel"));
}
