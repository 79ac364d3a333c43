using System.Globalization;
using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>
/// The old folder is renamed and stays beside the new one, in case you need something of it; nothing that was there is removed. Its new name
/// is not taken before, so its presence tells after a crash what was done.
/// </summary>
internal sealed class KeepingSwap(string dataDirectory, string keptPath) : WholeFolderSwap(dataDirectory)
{
    /// <summary>What the name of a folder that is kept has after the name that it had.</summary>
    public const string KeptSuffix = ".before-restore-";

    /// <inheritdoc/>
    public override string? KeptPath { get; } = keptPath;

    /// <inheritdoc/>
    public override bool IsHidden => base.IsHidden && !IsKeptThere();

    private string KeptName => Path.GetFileName(KeptPath!);

    /// <summary>The swap for a folder whose content is kept.</summary>
    /// <param name="dataDirectory">The folder, without links on the way.</param>
    /// <param name="now">Goes into the name of what is kept.</param>
    /// <param name="announce">Told of the swap before anything is written for it.</param>
    /// <param name="expectedInode">What identifies the folder; null when any there will do.</param>
    /// <exception cref="BackupException">It cannot be renamed.</exception>
    public static DataSwap Choose(string dataDirectory, DateTimeOffset now, Action<DataSwap> announce, ulong? expectedInode = null)
    {
        if (FindObstacle(dataDirectory) is { } obstacle)
        {
            throw BackupErrors.OldDataUnmovable(dataDirectory, obstacle);
        }
        var kept = dataDirectory + KeptSuffix + now.ToString("yyyy-MM-dd-HHmmss", CultureInfo.InvariantCulture);
        for (var (free, number) = (kept, 2); ; number++)
        {
            if (!Path.Exists(free))
            {
                return new KeepingSwap(dataDirectory, free) { ExpectedInode = expectedInode }.Begin(announce);
            }
            free = $"{kept}-{number}";
        }
    }

    /// <summary>Why a folder's content cannot be kept beside it; null when it can.</summary>
    public static string? FindObstacle(string dataDirectory)
    {
        var real = RealPath.Of(dataDirectory);
        var mounts = MountTable.Read();
        if (Path.GetDirectoryName(real) is not { } parent || mounts.IsMountPoint(real))
        {
            return "it is a file system of its own";
        }
        if (mounts.FindBelow(real) is { } inside)
        {
            return $"another file system is mounted inside it, at '{inside}'";
        }
        return LocalAccess.CanWrite(parent) ? null : $"nothing can be written to '{parent}'";
    }

    /// <inheritdoc/>
    public override void Commit()
    {
        using var unpacked = OpenUnpacked();
        using var fresh = unpacked.OpenDirectory(DataName);
        var time = fresh.ReadFacts().Modified;
        NoteIdentities(fresh);
        Around.MoveKeepingTime(Name, Around, KeptName);
        Require(Around, KeptName, Data);
        unpacked.MoveToFree(DataName, Around, Name);
        Require(Around, Name, fresh);
        fresh.SetTime(time);
        Around.Flush();
        unpacked.Flush();
    }

    /// <inheritdoc/>
    protected override void PutOldBack()
    {
        if (!Around.Exists(KeptName) || !WasKept())
        {
            return;
        }
        if (FindStaging() is null)
        {
            MakeStaging();
        }
        GiveName(Around, KeptName);
        Around.Flush();
    }

    private bool IsKeptThere()
    {
        try
        {
            return Around.Exists(KeptName) && WasKept();
        }
        catch (FileTreeException failure) when (failure.MeansGone)
        {
            return false; // nor is the folder around it
        }
    }

    /// <summary>Whether what has the name is the old data, and not something that another user has put there.</summary>
    private bool WasKept()
    {
        if (FindStaging() is null)
        {
            return !HasRecord || Leads(Around, Name, NewInode);
        }
        return ReadOldIdentity() is { } old ? Leads(Around, KeptName, old) : !HasRecord;
    }
}
