using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;

namespace CloudBackup.Restore;

/// <summary>Wants no content: everything is only read and checked, and what is damaged is collected.</summary>
internal sealed class CheckTarget : IEntryTarget
{
    private const int LongestList = 1000;

    private readonly List<BackupProblem> _problems = [];

    /// <summary>How many entries are damaged.</summary>
    public long ProblemCount { get; private set; }

    /// <summary>The first thousand of them.</summary>
    public IReadOnlyList<BackupProblem> Problems => _problems;

    /// <inheritdoc/>
    public IFileTarget? BeginFile(IndexEntry entry) => null;

    /// <inheritdoc/>
    public void OnDamaged(IndexEntry entry, string reason)
    {
        lock (_problems)
        {
            ProblemCount++;
            if (_problems.Count < LongestList)
            {
                _problems.Add(new BackupProblem(PathText.ForDisplay(entry.Path), reason));
            }
        }
    }
}
