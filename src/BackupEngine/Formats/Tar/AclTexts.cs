namespace CloudBackup.Formats.Tar;

/// <summary>Access control lists as star, GNU tar and bsdtar write them.</summary>
/// <param name="Access">The list of the entry itself.</param>
/// <param name="Default">What a folder hands on to what is made in it.</param>
/// <param name="Nfs4">A list of NFSv4, which is another model.</param>
internal sealed record AclTexts(string? Access, string? Default, string? Nfs4);
