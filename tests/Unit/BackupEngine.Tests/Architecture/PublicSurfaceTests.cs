using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Architecture;

/// <summary>The public types of the engine, as scripts see them, change only on purpose.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void The_public_surface_of_the_engine_is_the_approved_one() =>
        ApprovedList.Verify("tests/Unit/BackupEngine.Tests/Architecture/PublicSurface.txt", SurfaceText.Of(typeof(BackupEngine).Assembly), "BackupEngine.Tests");

    [Fact]
    public void The_engine_knows_nothing_of_PowerShell() =>
        Assert.DoesNotContain(typeof(BackupEngine).Assembly.GetReferencedAssemblies(), name => name.Name == "System.Management.Automation");
}
