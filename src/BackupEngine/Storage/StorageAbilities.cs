namespace CloudBackup.Storage;

/// <summary>A storage that can say how much room is left.</summary>
internal interface IFreeSpace
{
    /// <summary>Bytes that can still be stored.</summary>
    Task<long> GetFreeSpaceAsync(CancellationToken cancellationToken);
}

/// <summary>A storage on which interrupted writes can leave something behind that no listing shows.</summary>
internal interface ISweepPartials
{
    /// <summary>
    /// Removes what interrupted writes of the object <paramref name="path"/>, and of every object below <paramref name="path"/> as a
    /// folder, left behind; returns how many there were. The caller makes sure that no such write is under way.
    /// </summary>
    Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken);
}

/// <summary>A storage that copies objects by itself: the bytes do not pass through this machine's memory and network.</summary>
internal interface IServerCopy
{
    /// <summary>
    /// Copies an object of any size, with all that is kept with it. The copy is as durable and as atomic as a write with
    /// <see cref="WriteMode.Replace"/>; it does not change when the original does. Many copies may run at a time.
    /// </summary>
    /// <exception cref="StorageException"><see cref="StorageErrorKind.NotFound"/> when there is no <paramref name="from"/>.</exception>
    Task CopyAsync(string from, string to, CancellationToken cancellationToken);
}

/// <summary>A storage that removes many objects cheaper than one by one.</summary>
internal interface IBulkRemove
{
    /// <summary>
    /// Removes objects, any number of them, and folders that are empty without them. A missing object is no error. Objects that cannot be
    /// removed do not keep the others from being removed: they are returned, each with its reason.
    /// </summary>
    /// <exception cref="StorageException">The storage failed as a whole; some of the objects may be gone.</exception>
    Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken);
}

/// <summary>An object that could not be removed.</summary>
/// <param name="Path">The object.</param>
/// <param name="Reason">Why.</param>
internal sealed record RemoveFailure(string Path, StorageException Reason);

/// <summary>A storage that can tell which writes were begun and never ended.</summary>
internal interface IPartialUploads
{
    /// <summary>
    /// What was begun below a folder (empty: anywhere in the place) and not ended, by whomever: also writes that are under way. The caller picks
    /// what is its own and old enough.
    /// </summary>
    IAsyncEnumerable<PartialUpload> ListPartialsAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Removes one of them. One that is gone already is no error.</summary>
    Task RemovePartialAsync(PartialUpload upload, CancellationToken cancellationToken);
}

/// <summary>A write that was begun and not ended.</summary>
/// <param name="Path">The object that it was to become.</param>
/// <param name="Id">What tells it from other writes of the object.</param>
/// <param name="Started">When, as the storage tells.</param>
internal sealed record PartialUpload(string Path, string Id, DateTimeOffset Started);

/// <summary>A storage where something can be that is neither an object nor a folder of objects, such as a symbolic link on a disk.</summary>
internal interface IObstacles
{
    /// <summary>
    /// The first thing on the way to a path, or at it, that hides what may be behind it: a link, a device, or a file where the path goes on. Null when
    /// there is none. No listing shows it, and objects behind it are not found, so they are not known to be gone.
    /// </summary>
    Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken);
}

/// <summary>A storage whose declared facts do not always tell which names it takes.</summary>
internal interface INameTrial
{
    /// <summary>Finds out by making and removing a few empty files, where nothing else tells; done before very many names are stored.</summary>
    /// <param name="declared">What is declared.</param>
    /// <returns>The same with what was found; as declared when nothing can be written.</returns>
    StorageCapabilities TryNames(StorageCapabilities declared);
}

/// <summary>A storage that shares the bytes of what it copies (<see cref="IFolderCopy"/>) by hard links, where its place has them.</summary>
internal interface ILinkTrial
{
    /// <summary>Finds out whether the place has them: makes <paramref name="link"/> a second path of an object, and removes it.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorKind.NotSupported"/> when it has none.</exception>
    Task TryLinkAsync(string path, string link, CancellationToken cancellationToken);
}

/// <summary>A storage that knows things about its place that are worth a warning although everything works.</summary>
internal interface IStorageWarnings
{
    /// <summary>The warnings that concern a folder of the place (empty: all of it), each a sentence with the way out.</summary>
    Task<IReadOnlyList<string>> GetWarningsAsync(string folder, CancellationToken cancellationToken);
}

/// <summary>What the abilities of a storage add up to.</summary>
internal static class StorageAbilityExtensions
{
    /// <summary>Whether a storage can give objects second paths by itself.</summary>
    public static bool CopiesByItself(this IBackupStorage storage) =>
        storage.As<IFolderCopy>() is not null || storage.As<IServerCopy>() is not null;
}
