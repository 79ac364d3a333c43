using System.Diagnostics;
using CloudBackup.Platform;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Platform;

/// <summary>What is in the home for a time only goes with its process, or after it.</summary>
public sealed class TemporaryFoldersTests
{
    [Fact]
    public void What_a_dead_process_left_goes_and_what_a_living_one_has_stays()
    {
        using var folder = new TempFolder();
        using var mine = Open(folder);
        File.WriteAllText(Path.Join(mine.MakeTemporaryFolder("read-1"), "index.gz"), "mine");
        using var sleeper = Process.Start("sleep", "100");
        var living = Leave(folder, (ProcessIdentity.Of(sleeper.Id) ?? throw new InvalidOperationException()).ToString());
        var dead = Leave(folder, (ProcessIdentity.Current with { Started = 1 }).ToString());
        var rebooted = Leave(folder, (ProcessIdentity.Current with { Scope = new string('0', 16) }).ToString());
        using var other = Open(folder);
        Assert.True(Directory.Exists(living));
        Assert.False(Directory.Exists(dead));
        Assert.False(Directory.Exists(rebooted));
        Assert.Single(Directory.GetFiles(folder["home/tmp"], "index.gz", SearchOption.AllDirectories));
        sleeper.Kill();
        sleeper.WaitForExit();
        other.SweepTemporaryFolders();
        Assert.False(Directory.Exists(living));
    }

    [Fact]
    public void A_process_that_cannot_be_seen_is_known_by_its_lock()
    {
        using var folder = new TempFolder();
        var container = Leave(folder, (ProcessIdentity.Current with { Scope = new string('0', 16) }).ToString());
        using (new FileStream(Path.Join(container, "owner"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            using var home = Open(folder);
            Assert.True(Directory.Exists(container));
        }
        using var again = Open(folder);
        Assert.False(Directory.Exists(container));
    }

    [Fact]
    public void What_names_no_owner_goes_after_a_day()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        PlatformHome.Open(folder["home"], mayCreate: true, time).Dispose();
        var old = Directory.CreateDirectory(folder["home/tmp/read-0123456789abcdef"]).FullName;
        PlatformHome.Open(folder["home"], mayCreate: true, time).Dispose();
        Assert.True(Directory.Exists(old));
        time.Advance(TimeSpan.FromHours(25));
        PlatformHome.Open(folder["home"], mayCreate: true, time).Dispose();
        Assert.False(Directory.Exists(old));
    }

    [Fact]
    public void The_folder_of_a_process_goes_with_its_last_content()
    {
        using var folder = new TempFolder();
        using var home = Open(folder);
        home.MakeTemporaryFolder("a");
        var b = home.MakeTemporaryFolder("b");
        File.WriteAllText(Path.Join(b, "x"), "x");
        Assert.Equal(b, home.MakeTemporaryFolder("b"));
        Assert.Empty(Directory.GetFiles(b));
        home.RemoveTemporaryFolder("a");
        Assert.Single(Directory.GetDirectories(folder["home/tmp"]));
        home.RemoveTemporaryFolder("b");
        Assert.Empty(Directory.GetDirectories(folder["home/tmp"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_whose_making_failed_half_way_is_made_anew_with_its_lock(bool isOwnerFile)
    {
        using var folder = new TempFolder();
        var calls = 0;
        using var folders = new TemporaryFolders(folder.Path, path => Make(path, ++calls == 1), TimeProvider.System);
        Assert.ThrowsAny<Exception>(() => folders.Make("a"));
        Assert.Empty(Directory.GetDirectories(folder.Path));
        var made = folders.Make("a");
        Assert.Throws<IOException>(() => new FileStream(Path.Join(made, "../owner"), FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose());

        void Make(string path, bool isFirst)
        {
            Directory.CreateDirectory(isFirst && isOwnerFile ? Path.Join(path, "owner") : path);
            if (isFirst && !isOwnerFile)
            {
                throw new IOException("No space left on device");
            }
        }
    }

    private static PlatformHome Open(TempFolder folder) => PlatformHome.Open(folder["home"], mayCreate: true, TimeProvider.System);

    private static string Leave(TempFolder folder, string identity)
    {
        var left = Directory.CreateDirectory(folder[$"home/tmp/run-{identity}-7/read-1"]).Parent!.FullName;
        File.WriteAllText(Path.Join(left, "owner"), "");
        File.WriteAllText(Path.Join(left, "read-1/index.gz.left"), "names");
        return left;
    }
}
