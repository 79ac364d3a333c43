namespace CloudBackup.Storage;

/// <summary>A storage that gives many objects of one folder second paths in another folder, in one call and as cheaply as it can.</summary>
internal interface IFolderCopy
{
    /// <summary>
    /// Makes the objects <paramref name="names"/> of the folder <paramref name="from"/> appear under the same names in the folder
    /// <paramref name="to"/>: sharing their bytes where the place can, as copies elsewhere. Writing to or removing one path later leaves
    /// the other as it is. The new paths are there at once, each whole, and durable after <see cref="IDeferredFlush.FlushAsync"/>.
    /// </summary>
    /// <returns>The names that are not in <paramref name="from"/>; all others were done.</returns>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorKind.AlreadyExists"/> when one of the new paths is taken. Some of the others may have been done.
    /// </exception>
    Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken);
}

/// <summary>
/// A storage where making everything durable at once is far cheaper than each object by itself. It takes
/// <see cref="WriteMode.ReplaceLater"/> at its word.
/// </summary>
internal interface IDeferredFlush
{
    /// <summary>
    /// Makes everything durable that was written or copied so far. After a power cut before it returns, any part of that may be missing or
    /// cut.
    /// </summary>
    Task FlushAsync(CancellationToken cancellationToken);
}
