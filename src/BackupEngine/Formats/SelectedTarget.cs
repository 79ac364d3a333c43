using CloudBackup.Formats.Index;

namespace CloudBackup.Formats;

/// <summary>Passes on what is wanted; what else is read on the way, or found damaged, is ignored.</summary>
internal sealed class SelectedTarget(IEntryTarget inner, Func<IndexEntry, bool> isWanted) : IEntryTarget
{
    /// <inheritdoc/>
    public bool HasContent(IndexEntry entry, CancellationToken cancellationToken) => inner.HasContent(entry, cancellationToken);

    /// <inheritdoc/>
    public IFileTarget? BeginFile(IndexEntry entry) => isWanted(entry) ? inner.BeginFile(entry) : null;

    /// <inheritdoc/>
    public void OnDamaged(IndexEntry entry, string reason)
    {
        // A part of an archive that cannot be read tells an entry without a path when it does not know whose it is.
        if (entry.Path.Length > 0 && isWanted(entry))
        {
            inner.OnDamaged(entry, reason);
        }
    }
}
