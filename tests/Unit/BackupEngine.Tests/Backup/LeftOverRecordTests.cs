using CloudBackup.Catalog;
using CloudBackup.Storage;
using CloudBackup.Tests.Cleanup;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Backup;

/// <summary>A run died after it had stored everything, and its record cannot be read now: the complete backup stays.</summary>
public sealed class LeftOverRecordTests
{
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("flips", false)]
    [InlineData("flips", true)]
    [InlineData("damaged", false)]
    [InlineData("no key", true)]
    [InlineData("refused", false)]
    public async Task It_is_settled_once_it_can_be_read(string how, bool isEncrypted)
    {
        using var timeline = await Timeline.StartAsync("2 daily", secrets: isEncrypted ? Secret.Password(Password) : null);
        var interrupted = await timeline.Platform.BackUpAsync();
        timeline.WithCatalog(backups =>
            backups.Save(new BackupRecord { Backup = interrupted with { State = BackupState.Creating } }));
        timeline.Time.Advance(TimeSpan.FromDays(10));
        var stored = timeline.Platform.StoredFiles();
        using (Break(timeline, interrupted, how))
        {
            if (how != "no key" && how != "refused")
            {
                await timeline.Platform.BackUpAsync();
                Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains(interrupted.RemotePath, StringComparison.Ordinal));
            }
            timeline.Observer.Warnings.Clear();
            try
            {
                await timeline.CleanAsync(isClockRight: true);
                Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains(interrupted.RemotePath, StringComparison.Ordinal));
            }
            catch (BackupException) when (how == "refused")
            {
                // Nothing is removed while the storage refuses.
            }
            Assert.Equal(BackupState.Creating, timeline.Engine.AppBackups.Get(interrupted.Id).State);
        }
        Assert.Empty(stored.Except(timeline.Platform.StoredFiles()));
        timeline.Time.Advance(TimeSpan.FromHours(1));
        await timeline.Platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, timeline.Engine.AppBackups.Get(interrupted.Id).State);
        Assert.True((await timeline.Engine.AppBackups.TestAsync(interrupted.Id, timeline.Observer, Token)).IsValid);
    }

    private static Undo Break(Timeline timeline, AppBackup backup, string how)
    {
        var info = timeline.Platform.StoredFiles().Single(path => path.StartsWith($"{backup.RemotePath}.backupinfo", StringComparison.Ordinal));
        var path = Path.Join(timeline.Platform.SitePath, info);
        var good = File.ReadAllBytes(path);
        switch (how)
        {
            case "flips":
                var reading = 0;
                timeline.Faults.Before = (_, call, name) =>
                {
                    if (call == "read" && name == info)
                    {
                        var bad = good.ToArray();
                        bad[++reading % good.Length] ^= 1;
                        File.WriteAllBytes(path, bad);
                    }
                };
                return new Undo(() =>
                {
                    timeline.Faults.Before = null;
                    File.WriteAllBytes(path, good);
                });
            case "damaged":
                File.WriteAllBytes(path, [(byte)'x', .. good[1..]]);
                return new Undo(() => File.WriteAllBytes(path, good));
            case "no key":
                var secrets = timeline.Platform.Folder["home/secrets"];
                Directory.Move(secrets, secrets + ".away");
                Directory.CreateDirectory(secrets);
                timeline.Platform.Reopen();
                return new Undo(() =>
                {
                    Directory.Delete(secrets, recursive: true);
                    Directory.Move(secrets + ".away", secrets);
                    timeline.Platform.Reopen();
                });
            default:
                timeline.Faults.Before = (_, call, name) =>
                {
                    if (call == "read" && name == info)
                    {
                        throw FaultyStorage.Error(StorageErrorKind.AccessDenied, name);
                    }
                };
                return new Undo(() => timeline.Faults.Before = null);
        }
    }

    private sealed class Undo(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
