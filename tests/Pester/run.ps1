<#
.SYNOPSIS
Runs the Pester suite against the built module.

.DESCRIPTION
Needs Pester 5.7 or later. The last line of the output is «pester: passed failed skipped». The exit code is 1 when a test failed or could not run.
`dotnet test` calls this script with the pwsh and the Pester that the build downloads.

.PARAMETER Name
The test files to run, by cmdlet. Wildcards are allowed.

.PARAMETER Pester
The manifest of the Pester to use. By default, the newest one that PowerShell finds.

.PARAMETER ResultPath
A file for the results: a line of JSON for each test.

.EXAMPLE
dotnet tool restore
dotnet pwsh -NoProfile -File tests/Pester/run.ps1 -Pester ~/.nuget/packages/pester/6.2.0/tools/Pester.psd1

.EXAMPLE
./tests/Pester/run.ps1 New-AppBackup
#>
param(
    [string[]] $Name = '*',

    [string] $Pester,

    [string] $ResultPath
)

$ErrorActionPreference = 'Stop'
if ($Pester) { Import-Module -Name $Pester } else { Import-Module -Name Pester -MinimumVersion 5.7 }

# The lines of the stack that are in a test file.
function Get-OwnTrace($ErrorRecord) {
    ($ErrorRecord.ScriptStackTrace -split "`n" | Where-Object { $_ -match '\.Tests\.ps1' }) -join "`n"
}

# A file or block whose set-up failed has no failed test, but is one.
function ConvertTo-Result($Item, [string] $Result, [string] $File) {
    [ordered]@{
        File = [System.IO.Path]::GetFileName($File) -replace '\.Tests\.ps1$'
        Name = if ($Item.ExpandedPath) { $Item.ExpandedPath } else { 'is discovered' }
        Result = $Result
        Seconds = $Item.Duration.TotalSeconds
        Error = ($Item.ErrorRecord | ForEach-Object { "$_`n$(Get-OwnTrace $_)" }) -join "`n"
    }
}

$configuration = New-PesterConfiguration
# pwsh -File passes a list as one text.
$configuration.Run.Path = @($Name -split ',' | ForEach-Object { "$PSScriptRoot/$_.Tests.ps1" })
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = if ($env:CI -or $ResultPath) { 'Normal' } else { 'Detailed' }
$result = Invoke-Pester -Configuration $configuration
if ($ResultPath) {
    $lines = @(
        $result.Tests | ForEach-Object { ConvertTo-Result $_ $_.Result $_.ScriptBlock.File }
        $result.FailedBlocks | ForEach-Object { ConvertTo-Result $_ 'Failed' $_.ScriptBlock.File }
        $result.FailedContainers | ForEach-Object { ConvertTo-Result $_ 'Failed' $_.Item }
    ) | ForEach-Object { $_ | ConvertTo-Json -Compress }
    [System.IO.File]::WriteAllLines($ResultPath, [string[]] $lines)
}
'pester: {0} {1} {2}' -f $result.PassedCount, ($result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount), $result.SkippedCount
exit [int] ($result.Result -ne 'Passed')
