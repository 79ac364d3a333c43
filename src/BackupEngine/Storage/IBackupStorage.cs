namespace CloudBackup.Storage;

/// <summary>How a write treats an object of the same path.</summary>
internal enum WriteMode
{
    /// <summary>It is replaced. Readers see the old or the new one, never a mixture.</summary>
    Replace,

    /// <summary>The write fails with <see cref="StorageErrorKind.AlreadyExists"/>. Everything below a dated path is written so (I3).</summary>
    CreateNew,

    /// <summary>
    /// Like <see cref="Replace"/>, but the object need not be durable before <see cref="IDeferredFlush.FlushAsync"/> returns. A storage
    /// without that ability makes it durable at once.
    /// </summary>
    ReplaceLater,

    /// <summary>
    /// Like <see cref="ReplaceLater"/>, for a path that should hold no object, and that nobody reads before <see cref="IDeferredFlush.FlushAsync"/>
    /// has returned: a writer that is killed may leave a part of the object there. An object that is there after all is replaced as a whole.
    /// </summary>
    NewLater,
}

/// <summary>
/// A place that keeps objects under paths. What every provider must give:
/// <list type="bullet">
/// <item>Durability: when a write returns, the object survives a power cut (or whatever the provider promises that matches it).</item>
/// <item>Atomic visibility: an object is visible whole or not at all, also when the writer is killed.</item>
/// <item>Read-after-write: what a write returned for is found by find, list and read at once.</item>
/// <item>Every failure of the storage is a <see cref="StorageException"/>; a cancelled call throws
/// <see cref="OperationCanceledException"/> and leaves nothing visible; a failing content's own exception passes through.</item>
/// </list>
/// Paths are relative, parts separated by single slashes, never <c>.</c> or <c>..</c>. All members are thread-safe.
/// Optional abilities are separate interfaces, found with <see cref="As{T}"/>.
/// </summary>
internal interface IBackupStorage : IAsyncDisposable
{
    /// <summary>Declared facts.</summary>
    StorageCapabilities Capabilities { get; }

    /// <summary>This storage as an optional ability, through all decorators; null when it does not have it.</summary>
    T? As<T>()
        where T : class;

    /// <summary>
    /// The objects below a folder: all of them at any depth, or only the folder's own objects and folders. <c>a/x</c> never lists
    /// <c>a/x.tar.gz</c> or <c>a/xy</c>. A missing folder is empty; a missing place is <see cref="StorageErrorKind.NotFound"/>.
    /// </summary>
    /// <param name="folder">The folder, without a slash at its end; empty for everything.</param>
    /// <param name="recursive">Whether to go into folders.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    IAsyncEnumerable<StoredObject> ListAsync(string folder, bool recursive, CancellationToken cancellationToken);

    /// <summary>One object; null when it is not there.</summary>
    Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// Reads an object from <paramref name="offset"/>, at most <paramref name="length"/> bytes (all of the rest when null).
    /// </summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorKind.NotFound"/>; <see cref="StorageErrorKind.InvalidRange"/> when the offset lies behind the end.
    /// </exception>
    Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken);

    /// <summary>Stores an object and returns its size. A failed write leaves no object, and no old one damaged.</summary>
    Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken);

    /// <summary>Removes an object, and folders that are empty without it. A missing object is no error.</summary>
    Task RemoveAsync(string path, CancellationToken cancellationToken);
}
