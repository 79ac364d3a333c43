namespace CloudBackup.Import;

/// <summary>
/// What a file or folder on this machine holds. Whatever can be told to be wrong with it without unpacking it was told when it was opened.
/// </summary>
internal abstract class LocalContent : IDisposable
{
    /// <summary>Bytes that it takes unpacked, at least.</summary>
    public abstract long Size { get; }

    /// <summary>
    /// Whether all of it, names and modes and what belongs to which included, is known to be as a platform with the key made it. Only then set-id
    /// bits are believed.
    /// </summary>
    public abstract bool IsTrusted { get; }

    /// <summary>The entries, from the first one; each is to be read before the next one is asked for.</summary>
    public abstract IEnumerable<LocalEntry> Read(CancellationToken cancellationToken);

    /// <summary>Tells what the last reading found that did not keep it from being read.</summary>
    public virtual void Report(IOperationObserver observer)
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
