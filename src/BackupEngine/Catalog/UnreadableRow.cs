namespace CloudBackup.Catalog;

/// <summary>A row of the catalog that cannot be read. What it stands for is there all the same.</summary>
/// <param name="What">What it is a row of.</param>
/// <param name="Why">What is wrong with it.</param>
/// <param name="WayOut">How it is replaced or removed.</param>
/// <param name="Name">The location of an app, the name of a site, or the id of a backup, as its column has it.</param>
internal sealed record UnreadableRow(string What, string Why, string WayOut, string Name)
{
    /// <summary>The id of an app; null when that cannot be read either.</summary>
    public Guid? AppId { get; init; }

    /// <summary>The refusal of an operation that depends on the row.</summary>
    public BackupException Refuse(string operation) => BackupErrors.CatalogRowUnreadable(operation, What, Why, WayOut, Name);

    /// <summary>Refuses an operation that would take a row that cannot be read for one that is missing.</summary>
    /// <param name="rows">The unreadable rows that the operation depends on.</param>
    /// <param name="operation">The operation, such as "cleanup".</param>
    /// <exception cref="BackupException">There is one.</exception>
    public static void RequireNone(IEnumerable<UnreadableRow> rows, string operation)
    {
        if (rows.FirstOrDefault() is { } row)
        {
            throw row.Refuse(operation);
        }
    }
}
