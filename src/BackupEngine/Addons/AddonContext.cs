using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Addons;

/// <summary>What an addon is dumped with.</summary>
/// <param name="App">The app.</param>
/// <param name="Data">Its data directory, open.</param>
/// <param name="SpoolPath">A folder of this run for dumps.</param>
/// <param name="Spool">The same folder, open.</param>
/// <param name="Index">The addon's number in its app, for names in the spool folder.</param>
/// <param name="Issues">Takes what is damaged.</param>
/// <param name="Observer">Gets steps and warnings.</param>
internal sealed record AddonContext(
    BackupApp App, DirectoryNode Data, string SpoolPath, DirectoryNode Spool, int Index, SourceIssues Issues, IOperationObserver Observer);
