using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;

namespace CloudBackup.Reading;

/// <summary>
/// Writes nothing: everything is only read and checked, and what is damaged is collected. The backup's configuration is kept, since a restore
/// asks more of it than its hash.
/// </summary>
/// <param name="configPath">The path of the configuration.</param>
internal sealed class CheckTarget(string configPath) : IEntryTarget
{
    private const int LongestList = 1000;

    private readonly List<BackupProblem> _problems = [];

    /// <summary>How many entries are damaged.</summary>
    public long ProblemCount { get; private set; }

    /// <summary>The first thousand of them.</summary>
    public IReadOnlyList<BackupProblem> Problems => _problems;

    /// <summary>The configuration; null when it was not read.</summary>
    public byte[]? Config { get; private set; }

    /// <inheritdoc/>
    public IFileTarget? BeginFile(IndexEntry entry) =>
        entry.Path == configPath && entry.Size <= UnpackedContent.LargestConfig ? new ConfigFile(this) : null;

    /// <summary>What is not as it should be, though all contents are; null when nothing is.</summary>
    public string? Doubt { get; private set; }

    /// <inheritdoc/>
    public void OnDoubt(string reason) => Doubt = reason;

    /// <summary>How many objects no entry has.</summary>
    public long UnknownCount { get; private set; }

    /// <summary>The first of them; empty when there are none.</summary>
    public string FirstUnknown { get; private set; } = "";

    /// <inheritdoc/>
    public void OnUnknown(string path)
    {
        FirstUnknown = UnknownCount++ == 0 ? path : FirstUnknown;
    }

    /// <inheritdoc/>
    public void OnDamaged(IndexEntry entry, string reason) => Add(entry.Path, reason);

    /// <summary>Takes one more problem.</summary>
    public void Add(string path, string reason)
    {
        lock (_problems)
        {
            ProblemCount++;
            if (_problems.Count < LongestList)
            {
                _problems.Add(new BackupProblem(PathText.ForDisplay(path), reason));
            }
        }
    }

    private sealed class ConfigFile(CheckTarget owner) : IFileTarget
    {
        private readonly MemoryStream _content = new();

        public void Write(ReadOnlySpan<byte> data) => _content.Write(data);

        public void Complete() => owner.Config = _content.ToArray();

        public void Dispose() => _content.Dispose();
    }
}
