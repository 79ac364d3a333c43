using CloudBackup.Catalog;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Swapping;

/// <summary>
/// A restore that is killed while it makes its folder, before and after each line that it writes to its journal: what the journal tells then
/// is enough to remove the folder, also where the app's user owns the folder around it, and nothing else is removed.
/// </summary>
public sealed class StagingFolderTests
{
    private const string Key = "backup";

    private const uint OtherUser = 4321;

    [Theory]
    [InlineData(false, false, null)]
    [InlineData(true, false, null)]
    [InlineData(true, true, null)]
    [InlineData(true, false, Key)]
    [InlineData(true, true, Key)]
    public void What_the_journal_says_at_any_moment_is_enough(bool isForeign, bool isNameTaken, string? key)
    {
        Assert.SkipUnless(!isForeign || Environment.IsPrivilegedProcess, "needs root");
        var kills = 0;
        while (KillAt(kills, isForeign, isNameTaken, key))
        {
            kills++;
        }
        Assert.InRange(kills, 6, 40);
    }

    /// <summary>One restore; false when it came to its end.</summary>
    private static bool KillAt(int step, bool isForeign, bool isNameTaken, string? key)
    {
        using var folder = new TempFolder();
        var (around, data) = (folder.Make("apps"), folder.Make("apps/data"));
        var taken = DataSwap.StagingNameFor(data);
        folder.Write("apps/data/f", "f");
        if (isNameTaken)
        {
            // Root's own, and private: its place proves nothing, since the owner of the folder around can have put it there.
            folder.Write($"apps/{taken}/precious", "root's");
            File.SetUnixFileMode(folder[$"apps/{taken}"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        if (isForeign)
        {
            Owner.Set(around, OtherUser, OtherUser);
        }
        var journal = new Journal(step);
        var isKilled = false;
        try
        {
            using var swap = SwapChoice.Choose(data, journal.Save, key);
            swap.MakeStaging(key);
        }
        catch (KilledException)
        {
            isKilled = true;
        }
        if (journal.Entry is { } entry)
        {
            using var left = SwapChoice.Reopen(data, entry.IsWholeFolder, null, entry.Staging);
            left.CleanUp();
        }
        string[] expected = isNameTaken && isForeign ? [taken, "data"] : ["data"];
        Assert.Equal(expected, Directory.GetFileSystemEntries(around).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Equal(["f"], Directory.GetFileSystemEntries(data).Select(path => Path.GetFileName(path)!));
        Assert.True(!isNameTaken || !isForeign || File.Exists(folder[$"apps/{taken}/precious"]));
        return isKilled;
    }

    /// <summary>Dies before or after it has written a line.</summary>
    private sealed class Journal(int step)
    {
        private int _step;

        public (bool IsWholeFolder, StagingRecord Staging)? Entry { get; private set; }

        public void Save(DataSwap swap)
        {
            DieAt();
            Entry = (swap.IsWholeFolder, swap.StagingId);
            DieAt();
        }

        private void DieAt()
        {
            if (_step++ == step)
            {
                throw new KilledException();
            }
        }
    }

    private sealed class KilledException : Exception;
}
